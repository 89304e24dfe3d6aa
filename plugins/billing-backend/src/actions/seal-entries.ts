import type { Database, Transaction } from '@portico/plugin-kit/backend';
import { toInstant } from '@portico/plugin-kit/contract';
import { chainHash, signatureOf } from '../domain/ledger-chain';
import type { LedgerKey } from '../ledger-key';
import {
  entriesToSeal,
  insertCheckpoint,
  lastCheckpoint,
  lockHeads,
  organizationsToSeal,
  saveHead,
  writeSeals,
} from '../store/seals';
import type { ChainHead } from '../store/seals';

/** Entries one round seals; the rest follow in the next, so that the transaction stays short. */
export const SEALED_PER_ROUND_MAX = 500;
/** A signature at least every so many entries of an organization… */
export const ENTRIES_PER_CHECKPOINT = 1_000;
/** …and whenever this much time has passed since its last one and something was sealed. */
export const CHECKPOINT_MILLISECONDS = 60_000;

/**
 * Chains what was committed since the last round, outside the transactions of the movements themselves. Sealers of several replicas take turns by the lock on the end of a chain,
 * which no movement takes. An entry whose transaction commits late gets a later position than one made after it: a chain is in the order in which entries became
 * visible. Answers whether more may be waiting.
 */
export async function sealEntries(database: Database, key: LedgerKey): Promise<boolean> {
  const organizationIds = await organizationsToSeal(database.read, SEALED_PER_ROUND_MAX);
  if (organizationIds.length === 0) return false;
  return database.transaction(async tx => {
    const { sealed, heads } = await sealOf(tx, { organizationIds });
    for (const head of heads) {
      const last = await lastCheckpoint(tx, head.organizationId);
      const isDue =
        last === undefined ||
        head.position - last.position >= ENTRIES_PER_CHECKPOINT ||
        Math.abs(tx.now - last.at) >= CHECKPOINT_MILLISECONDS;
      if (isDue && last?.position !== head.position) await signHead(tx, { head, key });
    }
    return sealed === SEALED_PER_ROUND_MAX;
  });
}

/** Seals all that waits in one organization and signs its end: call with the customer's row locked, so that nothing is added meanwhile. */
export async function sealAllOf(
  tx: Transaction,
  { organizationId, key }: { organizationId: string; key: LedgerKey },
): Promise<ChainHead> {
  for (;;) {
    const { sealed } = await sealOf(tx, { organizationIds: [organizationId] });
    if (sealed < SEALED_PER_ROUND_MAX) break;
  }
  const head = (await lockHeads(tx, [organizationId])).get(organizationId);
  if (head === undefined) throw new Error(`${organizationId} has no chain`);
  const last = await lastCheckpoint(tx, organizationId);
  if (head.position > (last?.position ?? 0)) await signHead(tx, { head, key });
  return head;
}

async function sealOf(
  tx: Transaction,
  options: { organizationIds: readonly string[] },
): Promise<{ sealed: number; heads: readonly ChainHead[] }> {
  const heads = await lockHeads(tx, options.organizationIds);
  const entries = await entriesToSeal(tx, {
    organizationIds: options.organizationIds,
    limit: SEALED_PER_ROUND_MAX,
  });
  const moved = new Map<string, ChainHead>();
  const seals = entries.map(entry => {
    const organizationId = entry.organization_id;
    const head = moved.get(organizationId) ?? heads.get(organizationId);
    if (head === undefined) throw new Error(`the chain of ${organizationId} was not locked`);
    const position = head.position + 1;
    const hash = chainHash(head.hash, { position, entry });
    moved.set(organizationId, { organizationId, position, hash });
    return { entryId: entry.entry_id, position, hash };
  });
  await writeSeals(tx, seals);
  for (const head of moved.values()) await saveHead(tx, head);
  return { sealed: seals.length, heads: [...moved.values()] };
}

async function signHead(tx: Transaction, { head, key }: { head: ChainHead; key: LedgerKey }): Promise<void> {
  const { organizationId, position, hash } = head;
  const content = { organization_id: organizationId, position, hash, at: toInstant(tx.now) };
  await insertCheckpoint(tx, {
    ...{ organizationId, position, hash, at: tx.now },
    signature: signatureOf({ kind: 'checkpoint', content }, key.privateKey),
  });
}
