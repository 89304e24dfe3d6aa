import type { Database, Transaction } from '@portico/plugin-kit/backend';

/** Rows one round seals; the rest follow in the next, so that the transaction stays short. */
const SEALED_PER_ROUND_MAX = 500;

/**
 * Gives committed rows the next positions, in the order they were written. Sealers of several replicas take turns by the lock on the head
 * row, and each looks for rows only after it has the lock, so every row that was committed by then is seen. A row of a transaction
 * that commits later gets a later position, whatever its serial number: a reader that has seen position n never has to look below it again.
 * Answers whether more may be waiting.
 */
export async function sealEvents(database: Database): Promise<{ sealed: number; more: boolean }> {
  const waiting = await database.read.first('SELECT 1 AS one FROM platform_outbox WHERE position IS NULL LIMIT 1');
  if (waiting === undefined) return { sealed: 0, more: false };
  return database.transaction(async (tx: Transaction) => {
    await tx.first(`SELECT position FROM platform_outbox_head WHERE singleton = 1${tx.forUpdate}`);
    const sealed = await tx.run(
      `WITH unsealed AS (
         SELECT sequence, row_number() OVER (ORDER BY sequence) AS place FROM platform_outbox WHERE position IS NULL ORDER BY sequence LIMIT ?
       )
       UPDATE platform_outbox SET position = (SELECT position FROM platform_outbox_head WHERE singleton = 1) + unsealed.place
       FROM unsealed WHERE platform_outbox.sequence = unsealed.sequence`,
      [SEALED_PER_ROUND_MAX],
    );
    if (sealed > 0)
      await tx.run('UPDATE platform_outbox_head SET position = position + ? WHERE singleton = 1', [sealed]);
    return { sealed, more: sealed === SEALED_PER_ROUND_MAX };
  });
}
