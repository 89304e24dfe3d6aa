import { randomUUID } from 'node:crypto';
import { repeat } from '@portico/plugin-kit/backend';
import { giveUpLease, takeLease } from '../store/leases';
import { probeNodes } from './heartbeat';
import type { HeartbeatOptions } from './heartbeat';
import { createHostCheck } from './host-check';
import type { HostCheckOptions } from './host-check';
import { createOrphanReconciler } from './orphans';
import type { OrphanOptions } from './orphans';

export type FleetWatchOptions = Omit<HeartbeatOptions, 'services'> &
  OrphanOptions &
  HostCheckOptions & {
    readonly services: HeartbeatOptions['services'];
    readonly heartbeatIntervalSeconds: number;
    readonly orphanIntervalSeconds: number;
    readonly hostCheckIntervalSeconds: number;
  };

/** A leader that misses two turns in a row has probably died; the next replica takes over. */
const LEASE_INTERVALS = 3;

/** Watches the nodes and what runs on them. Of several backends on one database, one does it at a time. */
export function startFleetWatch(options: FleetWatchOptions): { stop(): Promise<void> } {
  const holder = randomUUID();
  const loops = [
    {
      name: 'fleet-heartbeat',
      intervalSeconds: options.heartbeatIntervalSeconds,
      work: (signal: AbortSignal) => probeNodes(options, signal),
    },
    { name: 'fleet-orphans', intervalSeconds: options.orphanIntervalSeconds, work: createOrphanReconciler(options) },
    {
      name: 'fleet-host-check',
      intervalSeconds: options.hostCheckIntervalSeconds,
      work: createHostCheck(options),
    },
  ];
  const asLeader = (loop: (typeof loops)[number]) => async (signal: AbortSignal) => {
    const lease = { name: loop.name, holder, seconds: loop.intervalSeconds * LEASE_INTERVALS };
    if (await options.database.transaction(tx => takeLease(tx, lease))) await loop.work(signal);
  };
  const running = loops.map(loop =>
    repeat({ ...loop, clock: options.clock, logger: options.logger, work: asLeader(loop) }),
  );
  return {
    async stop() {
      await Promise.all(running.map(loop => loop.stop()));
      await options.database.transaction(async tx => {
        for (const loop of loops) await giveUpLease(tx, { name: loop.name, holder });
      });
    },
  };
}
