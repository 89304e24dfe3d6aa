import { randomUUID } from 'node:crypto';
import { repeat } from '@portico/plugin-kit/backend';
import type { Clock, Database } from '@portico/plugin-kit/backend';
import { giveUpLease, takeLease } from './store/leases';

const LEASE = 'fleet.embedded-nodes';
/** What a replica that was killed keeps its successor waiting for. */
const LEASE_SECONDS = 15;
/** Two renewals may be lost to a slow database. */
const RENEW_SECONDS = 5;
/** Whoever still holds the lease after so long renews it, and is alive. */
const WAIT_SECONDS = LEASE_SECONDS + RENEW_SECONDS;
const RETRY_SECONDS = 1;

/**
 * The embedded nodes are processes of one machine, seen by the one replica that started them. A second replica on the same database would find them missing,
 * call paid work gone and give its GPUs to others. So one replica at a time has them, and another waits for its end or does not start. On SQLite the lock of
 * the data directory says the same. Returns how to let go.
 */
export async function becomeSoleReplica(services: {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: { error(message: string, error?: Error): void };
  /** Another replica took the nodes over while this one could not renew: it must not go on. */
  onLost(): void;
}): Promise<() => Promise<void>> {
  const { database, clock, logger, onLost } = services;
  if (database.dialect === 'sqlite') return async () => {};
  const lease = { name: LEASE, holder: randomUUID(), seconds: LEASE_SECONDS };
  const take = () => database.transaction(tx => takeLease(tx, lease));
  for (let waited = 0; !(await take()); waited += RETRY_SECONDS) {
    if (waited >= WAIT_SECONDS) {
      throw new Error(
        'Another Portico runs the embedded nodes of this PostgreSQL database; stop it, or give this one a database of its own.',
      );
    }
    await clock.sleep(RETRY_SECONDS * 1000);
  }
  const renewal = repeat({
    name: 'holding the embedded nodes',
    clock,
    logger,
    intervalSeconds: RENEW_SECONDS,
    restFirst: true,
    async work() {
      if (await take()) return;
      logger.error('another Portico has taken over the embedded nodes; this one stops');
      onLost();
    },
  });
  return async () => {
    await renewal.stop();
    await database.transaction(tx => giveUpLease(tx, lease));
  };
}
