import type { Database, Migration, Secrets, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { createHmac } from 'node:crypto';

/** The contract promises a day; the caller's clock may be a little off. */
const KEPT_MILLISECONDS = 25 * 60 * 60 * 1000;
/** How long a repeated key waits for the first request to end (PostgreSQL; SQLite's transactions queue anyway). */
const WAIT_SECONDS = 5;
/** Rows deleted by one sweep transaction: a short one, because on SQLite nobody else writes meanwhile. */
const SWEEP_ROWS = 500;
const SECRET_PURPOSE = 'platform_idempotency_keys.reply';

export const migrations: readonly Migration[] = [
  {
    name: '0001_idempotency_keys',
    async up(knex) {
      await knex.schema.createTable('platform_idempotency_keys', table => {
        table.string('scope').notNullable();
        table.string('idempotency_key').notNullable();
        table.string('request_fingerprint').notNullable();
        table.text('reply_text');
        table.integer('reply_encrypted').notNullable();
        table.bigInteger('created_at').notNullable();
        table.primary(['scope', 'idempotency_key']);
        table.index(['created_at'], 'platform_idempotency_keys_created_at');
      });
    },
  },
];

export interface StoredReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** One request under a key: who sent it, and a keyed hash of all that makes it the same request. */
export interface KeyedRequest {
  readonly scope: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly secretReply: boolean;
}

interface Row {
  request_fingerprint: string;
  reply_text: string | null;
  reply_encrypted: number;
}

/**
 * A key's row is inserted before the work and its reply written after it, in the work's own transaction: effect and reply are there
 * both or neither. A request that is refused rolls its row back with the rest, so the same key may try again.
 */
export class IdempotencyKeys {
  readonly #fingerprintKey: string;

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
  ) {
    this.#fingerprintKey = secrets.fingerprint('platform_idempotency_keys.request', 'hash key');
  }

  /** Keyed, because bodies hold passwords that a plain hash would let a reader of the table guess. */
  fingerprint(parts: {
    method: string;
    path: string;
    query: unknown;
    body: unknown;
    projectId: string | null;
  }): string {
    const text = [parts.method, parts.path, canonical(parts.query), canonical(parts.body), parts.projectId ?? ''].join(
      '\n',
    );
    return createHmac('sha256', this.#fingerprintKey).update(text).digest('base64url');
  }

  /** The reply already stored under the key, without waiting for one in the making. Throws when the key stands for another request. */
  async stored(request: KeyedRequest, now: number): Promise<StoredReply | undefined> {
    const row = await this.database.read.first<Row>(
      'SELECT request_fingerprint, reply_text, reply_encrypted FROM platform_idempotency_keys WHERE scope = ? AND idempotency_key = ? AND created_at > ?',
      [request.scope, request.key, now - KEPT_MILLISECONDS],
    );
    return row && this.#open(row, request);
  }

  /** Runs `work` once per key. */
  async once(
    request: KeyedRequest,
    work: (tx: Transaction) => Promise<StoredReply>,
  ): Promise<{ reply: StoredReply; replayed: boolean }> {
    let claimed = false;
    try {
      return await this.database.transaction(
        async tx => {
          claimed = false;
          const earlier = await this.#claim(tx, request);
          if (earlier) return { reply: earlier, replayed: true };
          claimed = true;
          const reply = await work(tx);
          await this.#store(tx, request, reply);
          return { reply, replayed: false };
        },
        { lockTimeoutSeconds: WAIT_SECONDS },
      );
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      throw claimed
        ? common.fail('service_unavailable', { cause: error, retryAfterSeconds: 1 })
        : common.fail('idempotency_in_progress', { cause: error });
    }
  }

  /** Deletes a batch of what is no longer kept; returns how many, so that the caller goes on while batches are full. */
  async sweep(now: number): Promise<{ deleted: number; more: boolean }> {
    const deleted = await this.database.transaction(tx =>
      tx.run(
        `DELETE FROM platform_idempotency_keys WHERE created_at <= ? AND (scope, idempotency_key) IN
           (SELECT scope, idempotency_key FROM platform_idempotency_keys WHERE created_at <= ? ORDER BY created_at LIMIT ?)`,
        [now - KEPT_MILLISECONDS, now - KEPT_MILLISECONDS, SWEEP_ROWS],
      ),
    );
    return { deleted, more: deleted === SWEEP_ROWS };
  }

  /** Takes the key for this transaction, or returns what an earlier one left. A row past its time is taken over. */
  async #claim(tx: Transaction, request: KeyedRequest): Promise<StoredReply | undefined> {
    const taken = await tx.first(
      `INSERT INTO platform_idempotency_keys (scope, idempotency_key, request_fingerprint, reply_text, reply_encrypted, created_at)
       VALUES (?, ?, ?, NULL, 0, ?)
       ON CONFLICT (scope, idempotency_key) DO UPDATE
         SET request_fingerprint = excluded.request_fingerprint, reply_text = NULL, reply_encrypted = 0, created_at = excluded.created_at
         WHERE platform_idempotency_keys.created_at <= ?
       RETURNING scope`,
      [request.scope, request.key, request.fingerprint, tx.now, tx.now - KEPT_MILLISECONDS],
    );
    if (taken) return undefined;
    const row = await tx.first<Row>(
      'SELECT request_fingerprint, reply_text, reply_encrypted FROM platform_idempotency_keys WHERE scope = ? AND idempotency_key = ?',
      [request.scope, request.key],
    );
    const earlier = row && this.#open(row, request);
    // The row was swept between the two statements, or stands without a reply: neither happens twice in a row.
    if (!earlier) throw common.fail('idempotency_in_progress');
    return earlier;
  }

  async #store(tx: Transaction, request: KeyedRequest, reply: StoredReply): Promise<void> {
    const text = JSON.stringify({ status: reply.status, body: reply.body, headers: reply.headers });
    await tx.run(
      'UPDATE platform_idempotency_keys SET reply_text = ?, reply_encrypted = ? WHERE scope = ? AND idempotency_key = ?',
      [
        request.secretReply ? this.secrets.encrypt(SECRET_PURPOSE, text) : text,
        request.secretReply ? 1 : 0,
        request.scope,
        request.key,
      ],
    );
  }

  #open(row: Row, request: KeyedRequest): StoredReply | undefined {
    if (row.request_fingerprint !== request.fingerprint) throw common.fail('idempotency_key_reused');
    if (row.reply_text === null) return undefined;
    return JSON.parse(
      row.reply_encrypted === 1 ? this.secrets.decrypt(SECRET_PURPOSE, row.reply_text) : row.reply_text,
    ) as StoredReply;
  }
}

/** JSON with sorted field names: two texts of the same request are one. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`)
    .join(',')}}`;
}

/** SQLSTATE lock_not_available, what `lockTimeoutSeconds` ends in. */
function isLockTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '55P03';
}
