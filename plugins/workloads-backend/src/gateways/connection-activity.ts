import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock, Database } from '@portico/plugin-kit/backend';
import { CONNECTION_ACTIVITY_SECONDS } from '@portico/plugin-workloads/contract';
import { noteConnectionActivity } from '../store/idleness';

/**
 * What one connection calls whenever it moves bytes. Kept in the database, where every replica reads it; at most once a minute, because what is known counts for
 * a minute. Nobody waits for it: one that could not be written is written with the next bytes.
 */
export function connectionActivity(
  { clock, database, logger }: { clock: Clock; database: Database; logger: Pick<LoggerService, 'warn'> },
  allocationId: string,
): () => void {
  let notedAt = -Infinity;
  return () => {
    const at = clock.now();
    if (at - notedAt < CONNECTION_ACTIVITY_SECONDS * 1000) return;
    notedAt = at;
    database
      .transaction(tx => noteConnectionActivity(tx, { allocationId, at }))
      .catch((error: unknown) => {
        notedAt = -Infinity;
        logger.warn('the use of a connection was not written down', {
          allocation_id: allocationId,
          error: String(error),
        });
      });
  };
}
