import type { RuntimeObservation } from '@portico/plugin-fleet/port';
import type { Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { Services } from '../services';
import { lockAllocation } from '../store/allocations';
import { lastAliveAt } from '../store/liveness';
import { enqueueTask, RECLAIM_KIND } from './allocation-tasks';
import { changeState } from './change-state';

/** The runtime has proven that an active allocation is gone: it failed, billing ends at its last sign of life, and what is left is reclaimed. */
export async function failGone(
  tx: Transaction,
  services: Pick<Services, 'billing' | 'outbox' | 'tasks'>,
  observation: RuntimeObservation,
): Promise<void> {
  const { allocationId } = observation;
  const allocation = await lockAllocation(tx, allocationId);
  if (allocation?.status !== 'active') return;
  const correlationId = newId('corr', tx.now);
  const signs = [await lastAliveAt(tx, allocationId), observation.lastAliveAt].filter(sign => sign !== null);
  const taskId = await enqueueTask(tx, services, {
    kind: RECLAIM_KIND,
    allocation,
    epoch: allocation.version + 1,
    correlationId,
  });
  await changeState(tx, services, {
    allocation,
    correlationId,
    change: {
      to: 'failed',
      at: tx.now,
      actor: { type: 'system', id: 'liveness' },
      reason: 'runtime_gone',
      lastAliveAt: signs.length === 0 ? null : Math.max(...signs),
      taskId,
    },
  });
}
