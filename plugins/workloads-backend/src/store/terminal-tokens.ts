import type { Secrets, Transaction } from '@portico/plugin-kit/backend';
import { randomBytes } from 'node:crypto';

/** What a terminal token stands for: who, in which sign-in session, and where. */
export interface TerminalGrant {
  readonly allocationId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly userId: string;
  readonly sessionId: string | null;
}

/** 192 bits: nobody guesses one within its minute. */
const TOKEN_BYTES = 24;
const PURPOSE = 'workloads.terminal-token';

interface TokenRow {
  allocation_id: string;
  organization_id: string;
  project_id: string;
  user_id: string;
  session_id: string | null;
  expires_at: number;
}

/** Only the fingerprint is kept; the token itself is known to whom it was given. */
export async function issueTerminalToken(
  tx: Transaction,
  secrets: Secrets,
  options: { grant: TerminalGrant; expiresAt: number },
): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const { grant } = options;
  // What nobody used in time goes whenever somebody asks for another.
  await tx.run('DELETE FROM workloads_terminal_tokens WHERE expires_at < ?', [tx.now]);
  await tx.run(
    `INSERT INTO workloads_terminal_tokens (fingerprint, allocation_id, organization_id, project_id, user_id, session_id, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [
      secrets.fingerprint(PURPOSE, token),
      grant.allocationId,
      grant.organizationId,
      grant.projectId,
      grant.userId,
      grant.sessionId,
      options.expiresAt,
    ],
  );
  return token;
}

/** Uses a token up: of any number of parallel attempts one gets the grant. Undefined for one that is unknown, used or expired. */
export async function redeemTerminalToken(
  tx: Transaction,
  secrets: Secrets,
  token: string,
): Promise<TerminalGrant | undefined> {
  const row = await tx.first<TokenRow>('DELETE FROM workloads_terminal_tokens WHERE fingerprint = ? RETURNING *', [
    secrets.fingerprint(PURPOSE, token),
  ]);
  if (!row || row.expires_at <= tx.now) return undefined;
  return {
    allocationId: row.allocation_id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    userId: row.user_id,
    sessionId: row.session_id,
  };
}

export async function revokeTerminalTokens(tx: Transaction, allocationId: string): Promise<void> {
  await tx.run('DELETE FROM workloads_terminal_tokens WHERE allocation_id = ?', [allocationId]);
}
