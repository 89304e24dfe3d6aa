import type { LoggerService } from '@backstage/backend-plugin-api';
import { WakeableLoop } from '@portico/plugin-kit/backend';
import type { Attention, Clock, Database, DomainEvent, Outbox, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { Consumer } from './consumer';
import type { ConsumerDefinition } from './consumer';
import { EventFeed } from './event-feed';
import { removeOldEvents } from './retention';
import { sealEvents } from './sealer';

/** How soon events sealed by another replica are seen. On SQLite there is no other, and the poll only backs up the wake-up. */
const POLL_MILLISECONDS = { sqlite: 2_000, postgres: 250 } as const;
const RETENTION_POLL_MILLISECONDS = 10 * 60 * 1000;

export interface OutboxOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly attention: Attention;
  readonly logger: Pick<LoggerService, 'warn'>;
}

/** Writes events, seals them, hands them out. `start` after all consumers are known, `stop` before the database closes. */
export class DatabaseOutbox implements Outbox {
  readonly feed: EventFeed;
  readonly #options: OutboxOptions;
  readonly #consumers = new Map<string, ConsumerDefinition>();
  readonly #sealer: WakeableLoop;
  readonly #tail: WakeableLoop;
  #loops: WakeableLoop[] = [];
  #consumerLoops: WakeableLoop[] = [];
  #started = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { database } = options;
    this.feed = new EventFeed(database);
    this.#sealer = this.#loop('outbox sealer', async () => {
      const { sealed, more } = await sealEvents(database);
      if (sealed > 0) this.#tail.wake();
      return more;
    });
    this.#tail = this.#loop('outbox tail', async () => {
      const more = await this.feed.advance();
      for (const loop of this.#consumerLoops) loop.wake();
      return more;
    });
  }

  async append(tx: Transaction, event: Omit<DomainEvent, 'eventId' | 'occurredAt'>): Promise<void> {
    await tx.run(
      `INSERT INTO platform_outbox (event_id, event_type, occurred_at, correlation_id, organization_id, resource_type, resource_id, payload_json)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        newId('evt', tx.now),
        event.eventType,
        tx.now,
        event.correlationId,
        event.organizationId,
        event.resource.type,
        event.resource.id,
        JSON.stringify(event.payload),
      ],
    );
    tx.afterCommit(() => this.#sealer.wake());
  }

  consume(consumer: ConsumerDefinition): void {
    if (this.#started)
      throw new Error(
        `outbox consumer ${consumer.name} was added after the start; it would miss nothing but never run`,
      );
    if (this.#consumers.has(consumer.name)) throw new Error(`two outbox consumers are called ${consumer.name}`);
    if (consumer.types.length === 0) throw new Error(`outbox consumer ${consumer.name} names no event types`);
    this.#consumers.set(consumer.name, consumer);
  }

  async start(): Promise<void> {
    this.#started = true;
    for (const definition of this.#consumers.values()) {
      const consumer = new Consumer({
        definition,
        database: this.#options.database,
        attention: this.#options.attention,
      });
      await consumer.prepare();
      this.#consumerLoops.push(this.#loop(`outbox consumer ${definition.name}`, () => consumer.step()));
    }
    const retention = this.#loop(
      'outbox retention',
      () => removeOldEvents(this.#options.database),
      RETENTION_POLL_MILLISECONDS,
    );
    this.#loops = [this.#sealer, this.#tail, retention, ...this.#consumerLoops];
    for (const loop of this.#loops) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map(loop => loop.stop()));
  }

  #loop(
    name: string,
    work: () => Promise<boolean>,
    pollMilliseconds: number = POLL_MILLISECONDS[this.#options.database.dialect],
  ): WakeableLoop {
    const { clock, logger } = this.#options;
    return new WakeableLoop({ name, clock, logger, pollMilliseconds, work });
  }
}
