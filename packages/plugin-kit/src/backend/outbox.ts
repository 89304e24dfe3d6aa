import { createServiceRef } from '@backstage/backend-plugin-api';
import type { Transaction } from './database';

export interface DomainEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly occurredAt: number;
  readonly correlationId: string;
  readonly organizationId: string | null;
  readonly resource: { readonly type: string; readonly id: string };
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Events are rows written with the change itself; a sealer gives them their position after commit, so that a reader never skips one. */
export interface Outbox {
  append(tx: Transaction, event: Omit<DomainEvent, 'eventId' | 'occurredAt'>): Promise<void>;
  /**
   * A durable consumer: every event of these types, in order of position, at least once, each in a transaction that also moves the consumer's
   * cursor. A handler that throws is tried again with backoff and raises attention after a while. Call before the backend has started.
   */
  consume(consumer: {
    name: string;
    types: readonly string[];
    handle(tx: Transaction, event: DomainEvent): Promise<void>;
  }): void;
}

export const outboxRef = createServiceRef<Outbox>({ id: 'portico.outbox', scope: 'root' });
