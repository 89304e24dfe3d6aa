import type { ReactNode } from 'react';
import { Instant } from './figures';

export interface LoggedEvent {
  id: string | number;
  /** RFC 3339. */
  at: string;
  text: ReactNode;
}

/** What happened and when, line by line. The order is the caller's, usually newest first. */
export function EventLog({ label, events }: { label: string; events: readonly LoggedEvent[] }) {
  return (
    <ol className="pt-event-log" aria-label={label}>
      {events.map(event => (
        <li key={event.id}>
          <Instant at={event.at} withSeconds />
          <span>{event.text}</span>
        </li>
      ))}
    </ol>
  );
}
