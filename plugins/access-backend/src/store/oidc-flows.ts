import type { Transaction } from '@portico/plugin-kit/backend';

export type FlowPurpose = 'sign_in' | 'link';

/** A person is on their way to an identity provider and back. */
export interface OidcFlow {
  readonly stateHash: string;
  readonly bindingHash: string;
  readonly purpose: FlowPurpose;
  readonly provider: string;
  /** Who links an identity; null of a sign-in. */
  readonly userId: string | null;
  readonly sealedSecrets: string;
  readonly returnTo: string | null;
  /** Whether the provider was asked to have the person prove anew who they are. */
  readonly asksForProof: boolean;
  readonly expiresAt: number;
}

interface FlowRow {
  state_hash: string;
  binding_hash: string;
  purpose: FlowPurpose;
  provider: string;
  user_id: string | null;
  sealed_secrets: string;
  return_to: string | null;
  asks_for_proof: number;
  expires_at: number;
}

/** Those that ran out are cleared with each new one, so that the table stays as small as what is under way. */
export async function insertFlow(tx: Transaction, flow: OidcFlow): Promise<void> {
  await tx.run('DELETE FROM access_oidc_flows WHERE expires_at <= ?', [tx.now]);
  await tx.run(
    `INSERT INTO access_oidc_flows (state_hash, binding_hash, purpose, provider, user_id, sealed_secrets, return_to, asks_for_proof, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      flow.stateHash,
      flow.bindingHash,
      flow.purpose,
      flow.provider,
      flow.userId,
      flow.sealedSecrets,
      flow.returnTo,
      flow.asksForProof ? 1 : 0,
      flow.expiresAt,
    ],
  );
}

/** Takes the flow out: of two who come with one state, one gets it. Nobody but the browser that began can take it, so nobody can spoil it either. */
export async function takeFlow(
  tx: Transaction,
  by: { stateHash: string; bindingHash: string; purpose: FlowPurpose; userId: string | null },
): Promise<OidcFlow | undefined> {
  const owner = by.userId === null ? 'user_id IS NULL' : 'user_id = ?';
  const row = await tx.first<FlowRow>(
    `DELETE FROM access_oidc_flows WHERE state_hash = ? AND binding_hash = ? AND purpose = ? AND expires_at > ? AND ${owner} RETURNING *`,
    [by.stateHash, by.bindingHash, by.purpose, tx.now, ...(by.userId === null ? [] : [by.userId])],
  );
  return (
    row && {
      stateHash: row.state_hash,
      bindingHash: row.binding_hash,
      purpose: row.purpose,
      provider: row.provider,
      userId: row.user_id,
      sealedSecrets: row.sealed_secrets,
      returnTo: row.return_to,
      asksForProof: row.asks_for_proof === 1,
      expiresAt: row.expires_at,
    }
  );
}
