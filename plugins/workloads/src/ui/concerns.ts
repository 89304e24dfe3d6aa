import type { LiveEvent } from '@portico/plugin-kit/ui';

/** Whether an event is about the thing of that id: its payload names what it concerns. */
export function concerns(event: LiveEvent, id: string): boolean {
  return Object.values(event.payload).includes(id);
}

/** Whether an event may change a list of workloads. */
export function movesWorkloads(event: LiveEvent): boolean {
  return event.event_type.startsWith('provisioning.');
}
