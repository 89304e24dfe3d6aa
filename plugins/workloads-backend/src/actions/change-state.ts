import type { Transaction } from '@portico/plugin-kit/backend';
import type { AllocationStatus } from '@portico/plugin-workloads/contract';
import { type Allocation, change, type Change } from '../domain/allocation';
import type { Services } from '../services';
import { saveChange } from '../store/allocations';
import { beginIdleness, endIdleness } from '../store/idleness';
import { beginLiveness, endLiveness } from '../store/liveness';
import { allocationEvent } from './allocation-events';

export type ChangeServices = Pick<Services, 'billing' | 'outbox'>;

const events = {
  active: 'provisioning.active',
  failed: 'provisioning.failed',
  releasing: 'provisioning.releasing.requested',
  released: 'provisioning.releasing.completed',
  release_failed: 'provisioning.release_failed',
} as const satisfies Partial<Record<AllocationStatus, string>>;

/**
 * The one way an allocation changes state: new version, row of the log, meter and event together. The allocation must have been locked in
 * this transaction. Undefined when its state does not allow the change; nothing was written then.
 */
export async function changeState(
  tx: Transaction,
  services: ChangeServices,
  options: { allocation: Allocation; change: Change; correlationId: string },
): Promise<Allocation | undefined> {
  const changed = change(options.allocation, options.change);
  if (!changed) return undefined;
  const { allocation, transition, meter } = changed;
  const { allocationId } = allocation;
  await saveChange(tx, allocation, transition);
  if (meter?.kind === 'start') await services.billing.startMeter(tx, { allocationId, at: meter.at });
  if (meter?.kind === 'stop') {
    const { correlationId } = options;
    await services.billing.stopMeter(tx, { allocationId, at: meter.at, correlationId });
  }
  if (transition.to === 'active') {
    await beginLiveness(tx, { allocationId, at: transition.at });
    await beginIdleness(tx, { allocationId, at: transition.at });
  }
  if (transition.from === 'active') {
    await endLiveness(tx, allocationId);
    await endIdleness(tx, allocationId);
  }
  if (transition.to in events) {
    const eventType = events[transition.to as keyof typeof events];
    await services.outbox.append(
      tx,
      allocationEvent(eventType, allocation, options.correlationId, { reason: transition.reason }),
    );
  }
  return allocation;
}
