import { placeholders } from '@portico/plugin-kit/backend';
import type { Attention, Database, DomainEvent, Transaction } from '@portico/plugin-kit/backend';
import { toEvent } from './outbox-tables';
import type { OutboxRow } from './outbox-tables';

/** After so many failures in a row a person is asked to look. With the loop's waits between, some ten seconds. */
const FAILURES_BEFORE_ATTENTION = 5;
/** How far a cursor may stay behind the head while nothing concerns it. */
const CURSOR_LAG_MAX = 1_000;
const ATTENTION_KIND = 'outbox.consumer_failing';

export interface ConsumerDefinition {
  readonly name: string;
  readonly types: readonly string[];
  handle(tx: Transaction, event: DomainEvent): Promise<void>;
}

/**
 * One durable consumer. Each event is handled in a transaction that moves the cursor as well; the lock on the cursor row makes replicas take turns, so
 * an event is handled again only when its transaction did not commit. An event that fails holds up those behind it: order is kept.
 */
export class Consumer {
  readonly #definition: ConsumerDefinition;
  readonly #database: Database;
  readonly #attention: Attention;
  #failures = 0;

  constructor(options: { definition: ConsumerDefinition; database: Database; attention: Attention }) {
    this.#definition = options.definition;
    this.#database = options.database;
    this.#attention = options.attention;
  }

  /** Makes the cursor; a new consumer begins with the oldest event that is kept. */
  async prepare(): Promise<void> {
    await this.#database.transaction(tx =>
      tx.run(
        `INSERT INTO platform_outbox_cursors (consumer, position) SELECT ?, removed_position FROM platform_outbox_head WHERE singleton = 1
         ON CONFLICT (consumer) DO NOTHING`,
        [this.#definition.name],
      ),
    );
  }

  /** Handles one event and says whether there may be another. Throws what the handler threw; the loop waits and tries again. */
  async step(): Promise<boolean> {
    if ((await this.#next(this.#database.read, await this.#cursor())) === undefined) return this.#skipToHead();
    try {
      const handled = await this.#database.transaction(async tx => {
        const skipLocked = tx.dialect === 'postgres' ? ' FOR UPDATE SKIP LOCKED' : '';
        const cursor = await tx.first<{ position: number }>(
          `SELECT position FROM platform_outbox_cursors WHERE consumer = ?${skipLocked}`,
          [this.#definition.name],
        );
        // Another replica is at it.
        if (cursor === undefined) return false;
        const row = await this.#next(tx, cursor.position);
        if (row === undefined) return false;
        await this.#definition.handle(tx, toEvent(row));
        await tx.run('UPDATE platform_outbox_cursors SET position = ? WHERE consumer = ?', [
          row.position,
          this.#definition.name,
        ]);
        if (this.#failures >= FAILURES_BEFORE_ATTENTION) await this.#attention.clear(tx, this.#attentionItem);
        return true;
      });
      this.#failures = 0;
      return handled;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures >= FAILURES_BEFORE_ATTENTION) await this.#raise(error);
      throw error;
    }
  }

  get #attentionItem() {
    return { kind: ATTENTION_KIND, resource: { type: 'outbox_consumer', id: this.#definition.name } };
  }

  async #raise(error: unknown): Promise<void> {
    const message = `${this.#definition.name} has failed ${this.#failures} times at the same event: ${error instanceof Error ? error.message : String(error)}`;
    await this.#database.transaction(tx =>
      this.#attention.raise(tx, { ...this.#attentionItem, organizationId: null, message }),
    );
  }

  async #cursor(): Promise<number> {
    const cursor = await this.#database.read.first<{ position: number }>(
      'SELECT position FROM platform_outbox_cursors WHERE consumer = ?',
      [this.#definition.name],
    );
    return cursor?.position ?? 0;
  }

  #next(queries: Pick<Transaction, 'first'>, position: number): Promise<OutboxRow | undefined> {
    const { types } = this.#definition;
    return queries.first<OutboxRow>(
      `SELECT * FROM platform_outbox WHERE position > ? AND event_type IN (${placeholders(types.length)}) ORDER BY position LIMIT 1`,
      [position, ...types],
    );
  }

  /** Nothing of interest up to the head: the cursor follows now and then, so that it never holds back retention. */
  async #skipToHead(): Promise<false> {
    const head = await this.#database.read.first<{ position: number }>(
      'SELECT position FROM platform_outbox_head WHERE singleton = 1',
    );
    const cursor = await this.#cursor();
    if (head === undefined || head.position - cursor < CURSOR_LAG_MAX) return false;
    await this.#database.transaction(async tx => {
      const locked = await tx.first<{ position: number }>(
        `SELECT position FROM platform_outbox_cursors WHERE consumer = ?${tx.forUpdate}`,
        [this.#definition.name],
      );
      if (locked === undefined || (await this.#next(tx, locked.position)) !== undefined) return;
      // The head read before is used: an event sealed since lies above it.
      await tx.run('UPDATE platform_outbox_cursors SET position = ? WHERE consumer = ? AND position < ?', [
        head.position,
        this.#definition.name,
        head.position,
      ]);
    });
    return false;
  }
}
