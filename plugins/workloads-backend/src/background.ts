import type { LifecycleService } from '@backstage/backend-plugin-api';
import { repeat } from '@portico/plugin-kit/backend';
import { creditOutages } from './actions/credit-outages';
import { releaseDepleted } from './actions/release-depleted';
import { watchIdleness } from './observers/idleness';
import { observeLiveness } from './observers/liveness';
import { sampleMetrics } from './observers/sampler';
import type { Services } from './services';
import { provisionBatchTask, provisionTask } from './tasks/provision';
import { reclaimTask } from './tasks/reclaim';
import { releaseTask } from './tasks/release';

/** Old measurements are looked for so often; retention is counted in hours. */
const PRUNE_SECONDS = 600;

/** What must be known before the first task is claimed and the first event delivered. */
export function defineBackgroundWork(services: Services): void {
  services.tasks.define(provisionTask(services));
  services.tasks.define(provisionBatchTask(services));
  services.tasks.define(releaseTask(services));
  services.tasks.define(reclaimTask(services));
  services.outbox.consume({
    name: 'workloads.release-depleted',
    types: ['billing.balance_depleted'],
    handle: (tx, event) => releaseDepleted(tx, services, event),
  });
  services.outbox.consume({
    name: 'workloads.credit-outages',
    types: ['node.outage_ended'],
    handle: (tx, event) => creditOutages(tx, services, event),
  });
}

/** The loops of this replica, from start to shutdown. */
function startBackgroundLoops(services: Services): { stop(): Promise<void> } {
  const { clock, logger, workloads } = services;
  const loops = [
    repeat({
      name: 'liveness',
      clock,
      logger,
      intervalSeconds: workloads.liveness.intervalSeconds,
      restFirst: true,
      work: () => observeLiveness(services),
    }),
    repeat({
      name: 'metrics',
      clock,
      logger,
      intervalSeconds: workloads.metrics.intervalSeconds,
      restFirst: true,
      work: () => sampleMetrics(services),
    }),
    repeat({
      name: 'idleness',
      clock,
      logger,
      intervalSeconds: workloads.idleness.intervalSeconds,
      restFirst: true,
      work: () => watchIdleness(services),
    }),
    repeat({
      name: 'metrics retention',
      clock,
      logger,
      intervalSeconds: PRUNE_SECONDS,
      restFirst: true,
      work: () => services.metrics.prune(clock.now()),
    }),
  ];
  return {
    async stop() {
      await Promise.all(loops.map(loop => loop.stop()));
    },
  };
}

/**
 * Gateway and loops run between start-up and shutdown. The gateway listens at once and not in a start-up hook, whose errors Backstage logs and passes over: an
 * address that is taken stops the start.
 */
export async function runWhileStarted(
  lifecycle: LifecycleService,
  services: Services,
  gateways: { start(): Promise<{ close(): Promise<void> }> },
): Promise<void> {
  const ssh = await gateways.start();
  let loops: { stop(): Promise<void> } | undefined;
  lifecycle.addStartupHook(() => {
    loops = startBackgroundLoops(services);
  });
  lifecycle.addShutdownHook(async () => {
    await ssh.close();
    await loops?.stop();
    await services.metrics.close();
  });
}
