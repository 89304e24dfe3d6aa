import type { Database, DomainEvent } from '@portico/plugin-kit/backend';
import { toEvent } from './outbox-tables';
import type { OutboxRow } from './outbox-tables';

/** Events a subscriber may be behind before it is told to read anew (`reset`): at some 500 bytes each, half a megabyte per slow client. */
const BUFFERED_EVENTS_MAX = 1_000;
/** Events read at once, from the table as from the tail. */
const PAGE_EVENTS = 500;
/** A reader further behind than this is faster served by reading its pages anew. */
const BACKLOG_EVENTS_MAX = 20_000;

export type FeedItem =
  | { readonly kind: 'event'; readonly position: number; readonly event: DomainEvent }
  /** Events were missed; whatever is shown must be read again. What follows comes after `position`. */
  | { readonly kind: 'reset'; readonly position: number };

export interface Subscription {
  /** Continue after this position (`Last-Event-ID`); absent: from now on. */
  readonly afterPosition?: number;
  /** Only this organization's events; null: every organization's. */
  readonly organizationId: string | null;
  readonly filter?: (event: DomainEvent) => boolean;
  readonly signal: AbortSignal;
}

interface Subscriber {
  readonly subscription: Subscription;
  buffer: { position: number; event: DomainEvent }[];
  overflowed: boolean;
  wake: () => void;
}

/**
 * Sealed events, live, to any number of subscribers of this process. One tail reads each new event once; subscribers have bounded buffers. Invariant:
 * a subscriber sees every event of its kind after where it began, in order of position and once, or a `reset` in the place of those it did not.
 */
export class EventFeed {
  readonly #database: Database;
  readonly #subscribers = new Set<Subscriber>();
  #position = 0;
  #started: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Reads what was sealed since the last time and hands it out. Answers whether there may be more. Called by one loop only. */
  async advance(): Promise<boolean> {
    await this.#start();
    if (this.#subscribers.size === 0) {
      const head = await this.#readHead();
      // Whoever came meanwhile began at the old position and is owed what lies between.
      if (this.#subscribers.size === 0) {
        this.#position = head.position;
        return false;
      }
    }
    const rows = await this.#database.read.all<OutboxRow>(
      'SELECT * FROM platform_outbox WHERE position > ? ORDER BY position LIMIT ?',
      [this.#position, PAGE_EVENTS],
    );
    for (const row of rows) {
      this.#position = row.position;
      this.#deliver(row.position, toEvent(row));
    }
    return rows.length === PAGE_EVENTS;
  }

  async *subscribe(subscription: Subscription): AsyncGenerator<FeedItem, void, undefined> {
    const { signal } = subscription;
    await this.#start();
    const subscriber: Subscriber = { subscription, buffer: [], overflowed: false, wake: () => {} };
    const onAbort = () => subscriber.wake();
    signal.addEventListener('abort', onAbort, { once: true });
    // From here on the tail fills the buffer; what lies before this position is read from the table.
    const live = this.#position;
    this.#subscribers.add(subscriber);
    try {
      if (subscription.afterPosition !== undefined)
        yield* this.#backlog(subscription, subscription.afterPosition, live);
      while (!signal.aborted) {
        const items = subscriber.buffer;
        subscriber.buffer = [];
        if (subscriber.overflowed) {
          subscriber.overflowed = false;
          yield { kind: 'reset', position: this.#position };
          continue;
        }
        for (const item of items) {
          if (signal.aborted) return;
          yield { kind: 'event', ...item };
        }
        if (subscriber.buffer.length > 0 || subscriber.overflowed || signal.aborted) continue;
        await new Promise<void>(resolve => (subscriber.wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#subscribers.delete(subscriber);
    }
  }

  #start(): Promise<void> {
    this.#started ??= this.#readHead().then(
      head => void (this.#position = head.position),
      (error: unknown) => {
        this.#started = undefined;
        throw error;
      },
    );
    return this.#started;
  }

  async #readHead(): Promise<{ position: number; removed_position: number }> {
    const head = await this.#database.read.first<{ position: number; removed_position: number }>(
      'SELECT * FROM platform_outbox_head WHERE singleton = 1',
    );
    if (head === undefined) throw new Error('the outbox has no head row');
    return head;
  }

  #deliver(position: number, event: DomainEvent): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.overflowed || !wants(subscriber.subscription, event)) continue;
      if (subscriber.buffer.length >= BUFFERED_EVENTS_MAX) {
        subscriber.buffer = [];
        subscriber.overflowed = true;
      } else {
        subscriber.buffer.push({ position, event });
      }
      subscriber.wake();
    }
  }

  async *#backlog(subscription: Subscription, after: number, until: number): AsyncGenerator<FeedItem> {
    const { removed_position: removed, position: head } = await this.#readHead();
    // Ahead of the head: the position is from before a restore, so nothing it stands for is known here.
    if (after < removed || after > head || until - after > BACKLOG_EVENTS_MAX) {
      yield { kind: 'reset', position: until };
      return;
    }
    const organization = subscription.organizationId;
    for (let position = after; position < until;) {
      const rows = await this.#database.read.all<OutboxRow>(
        `SELECT * FROM platform_outbox WHERE position > ? AND position <= ? ${organization === null ? '' : 'AND organization_id = ?'} ORDER BY position LIMIT ?`,
        [position, until, ...(organization === null ? [] : [organization]), PAGE_EVENTS],
      );
      for (const row of rows) {
        if (subscription.signal.aborted) return;
        const event = toEvent(row);
        if (wants(subscription, event)) yield { kind: 'event', position: row.position, event };
      }
      if (rows.length < PAGE_EVENTS) return;
      position = rows.at(-1)?.position ?? until;
    }
  }
}

function wants({ organizationId, filter }: Subscription, event: DomainEvent): boolean {
  return (
    (organizationId === null || event.organizationId === organizationId) && (filter === undefined || filter(event))
  );
}
