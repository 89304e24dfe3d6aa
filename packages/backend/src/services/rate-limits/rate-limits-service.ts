/**
 * Rate limits by name: so many a minute, and a spare allowance on top for bursts. Counted in memory on SQLite, where there is one process, and in the
 * database on PostgreSQL, where replicas share the count; if it cannot be reached, each replica counts for itself.
 */
import { coreServices, createServiceFactory } from '@backstage/backend-plugin-api';
import { databaseRef, rateLimitsRef, settingsRef } from '@portico/plugin-kit/backend';
import type { Migration, RateLimits } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { Pool } from 'pg';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { databaseSettings, rateLimitSettings } from '../settings/platform-sections';

const MINUTE_SECONDS = 60;
/** Part of a limit's allowance that is spare where the configuration says nothing: who lowers a limit lowers all of it. A page asks for a dozen things at once. */
const BURST_SHARES: Readonly<Record<string, number>> = { api: 1 / 6 };
/** The spare allowance for bursts comes back after so long. */
const BURST_SECONDS = 10 * 60;
/** Connections of their own, so that counting never waits behind the work it is to protect from. */
const CONNECTIONS_MAX = 4;
/** Milliseconds to wait for a connection before counting in memory instead. */
const CONNECT_MILLISECONDS_MAX = 1_000;
const TABLE = 'platform_rate_limits';

/** Counters are not worth the write-ahead log: a crash may forget them. The columns are the library's. */
const migrations: readonly Migration[] = [
  {
    name: '0001_rate_limits',
    async up(knex) {
      await knex.raw(
        `CREATE UNLOGGED TABLE ${TABLE} (key VARCHAR(255) PRIMARY KEY, points INTEGER NOT NULL DEFAULT 0, expire BIGINT)`,
      );
    },
  },
];

interface Allowance {
  readonly perMinute: number;
  readonly burst?: number;
}

export function createRateLimits(allowances: Readonly<Record<string, Allowance>>, pool?: Pool): RateLimits {
  const limiters = new Map(
    Object.entries(allowances).map(([name, allowance]) => [name, limiter(name, allowance, pool)]),
  );
  return {
    async consume(name, key) {
      const counted = limiters.get(name);
      if (!counted)
        throw new Error(`There is no rate limit called ${name}; the names are ${[...limiters.keys()].join(', ')}.`);
      try {
        await counted.consume(key);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
        throw common.fail('rate_limited', {
          details: { limit: name, retry_after_seconds: seconds },
          retryAfterSeconds: seconds,
        });
      }
    },
  };
}

function limiter(name: string, allowance: Allowance, pool: Pool | undefined) {
  const { perMinute } = allowance;
  const burst = allowance.burst ?? Math.floor(perMinute * (BURST_SHARES[name] ?? 0));
  const steady = counter({ keyPrefix: name, points: perMinute, duration: MINUTE_SECONDS }, pool);
  return burst === 0
    ? steady
    : new BurstyRateLimiter(
        steady,
        counter({ keyPrefix: `${name}-burst`, points: burst, duration: BURST_SECONDS }, pool),
      );
}

function counter(options: { keyPrefix: string; points: number; duration: number }, pool: Pool | undefined) {
  const inMemory = new RateLimiterMemory(options);
  if (!pool) return inMemory;
  return new RateLimiterPostgres({
    ...options,
    storeClient: pool,
    storeType: 'pool',
    tableName: TABLE,
    tableCreated: true,
    clearExpiredByTimeout: true,
    // A caller that is over its limit costs no query until it may come back.
    inMemoryBlockOnConsumed: options.points + 1,
    insuranceLimiter: inMemory,
  });
}

export const rateLimitsServiceFactory = createServiceFactory({
  service: rateLimitsRef,
  deps: {
    settings: settingsRef,
    database: databaseRef,
    lifecycle: coreServices.rootLifecycle,
    logger: coreServices.rootLogger,
  },
  async factory({ settings, database, lifecycle, logger }) {
    const { url } = settings.of(databaseSettings);
    const allowances = settings.of(rateLimitSettings);
    if (url === undefined) return createRateLimits(allowances);
    await database.migrate('platform_rate_limits', migrations);
    const pool = new Pool({
      connectionString: url,
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_MILLISECONDS_MAX,
    });
    pool.on('error', error => logger.debug('a connection for rate limits was lost', { error: error.message }));
    lifecycle.addShutdownHook(() => pool.end());
    return createRateLimits(allowances, pool);
  },
});
