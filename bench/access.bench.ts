import type { IncomingMessage } from 'node:http';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase, systemClock } from '@portico/backend/services';
import type { OpenDatabase } from '@portico/backend/services';
import type { Authorization, Secrets, Transaction } from '@portico/plugin-kit/backend';
import { startPostgresServer } from '@portico/plugin-kit/testing';
import { contracts } from '../packages/backend/src/contracts';
import { createAuthorization } from '../packages/backend/src/services/authorization/authorization-service';
import { migrations } from '../plugins/access-backend/migrations';
import { SessionAuthentication } from '../plugins/access-backend/src/authentication/session-authentication';
import { SessionCookie } from '../plugins/access-backend/src/authentication/session-cookie';
import { SessionKeys } from '../plugins/access-backend/src/authentication/session-keys';
import { newHandle, newToken } from '../plugins/access-backend/src/domain/session-token';
import { alternate, median, percentile, printTable } from './report';

/**
 * What it costs to know who asks and whether they may: the whole statement, the hashes before it and the roles after it, with 10,000 memberships in the
 * tables, one request after the other. The anchor is one row by its primary key over the same connection: what a database costs that is asked anything.
 *
 * `PORTICO_BENCH_POSTGRES_URL` uses a server of yours (an empty database); otherwise one is started.
 */
const MEMBERS = 10_000;
const PROJECTS = 100;
/** Short ones: on a busy machine a round in which nobody took the core away is one that tells of us. */
const ROUNDS = 51;
const CHECKS_PER_ROUND = 200;
const WARM_UP_CHECKS = 500;
const P99_MILLISECONDS_MAX = 1;
const PERMISSION = 'workloads.allocation.launch';
const HOUR_MILLISECONDS = 60 * 60 * 1000;

const secrets: Secrets = {
  encrypt: (_purpose, plaintext) => plaintext,
  decrypt: (_purpose, ciphertext) => ciphertext,
  fingerprint: (purpose, text) => createHmac('sha256', 'bench').update(`${purpose}\0${text}`).digest('base64url'),
};
const keys = new SessionKeys(secrets);
const publicUrl = 'http://localhost:7007';

async function insertMember(tx: Transaction, index: number): Promise<string> {
  const userId = `usr_bench${index}`;
  const handle = newHandle();
  const token = newToken('access', handle);
  await tx.run(
    `INSERT INTO access_users (user_id, username, display_name, search_text, status, organization_id, default_project_id, created_at)
     VALUES (?, ?, ?, ?, 'active', 'org_bench', ?, ?)`,
    [userId, `bench${index}`, 'Bench', `bench${index}`, `proj_bench${index % PROJECTS}`, tx.now],
  );
  await tx.run(
    `INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES (?, 'org_bench', ?, ?)`,
    [userId, index % 10 === 0 ? 'guest' : 'viewer', tx.now],
  );
  // A role in one project besides, as most people have where there are many.
  await tx.run(
    `INSERT INTO access_project_members (project_id, user_id, role, created_at) VALUES (?, ?, 'member', ?)`,
    [`proj_bench${index % PROJECTS}`, userId, tx.now],
  );
  await tx.run(
    `INSERT INTO access_sessions (session_id, user_id, kind, handle_hash, access_hash, access_expires_at, refresh_expires_at, rotated_at, address,
       authenticated_at, created_at, last_used_at) VALUES (?, ?, 'token', ?, ?, ?, ?, ?, '192.0.2.1', ?, ?, ?)`,
    [
      `sess_bench${index}`,
      userId,
      keys.ofHandle(handle),
      keys.ofToken(token),
      tx.now + HOUR_MILLISECONDS,
      tx.now + HOUR_MILLISECONDS,
      tx.now,
      tx.now,
      tx.now,
      // Being seen is written once a minute; that is not what is measured.
      tx.now + HOUR_MILLISECONDS,
    ],
  );
  return token;
}

async function prepare(database: OpenDatabase): Promise<string[]> {
  await database.migrate('access', migrations);
  await database.transaction(async tx => {
    await tx.run(
      `INSERT INTO access_organizations (organization_id, name, created_at) VALUES ('org_bench', 'Bench', ?)`,
      [tx.now],
    );
    for (let index = 0; index < PROJECTS; index += 1)
      await tx.run(
        `INSERT INTO access_projects (project_id, organization_id, department_id, name, name_key, created_at)
         VALUES (?, 'org_bench', 'dept_bench', ?, ?, ?)`,
        [`proj_bench${index}`, `Project ${index}`, `project ${index}`, tx.now],
      );
  });
  const tokens: string[] = [];
  for (let begun = 0; begun < MEMBERS; begun += 1_000) {
    await database.transaction(async tx => {
      for (let index = begun; index < begun + 1_000; index += 1) tokens.push(await insertMember(tx, index));
    });
  }
  return tokens;
}

async function measure(name: string, database: OpenDatabase): Promise<void> {
  const tokens = await prepare(database);
  const authentication = new SessionAuthentication({
    database,
    clock: systemClock,
    audit: { record: async () => undefined },
    keys,
    cookie: new SessionCookie(publicUrl),
    publicUrl,
    proofSeconds: 3600,
    logger: { error: fail, warn: fail, info: fail, debug: fail, child: fail },
  });
  const authorization: Authorization = createAuthorization(contracts);
  const check = async () => {
    const index = Math.floor(Math.random() * MEMBERS);
    const headers = { authorization: `Bearer ${tokens[index]}` };
    const request = { method: 'GET', headers } as unknown as IncomingMessage;
    const caller = await authentication.authenticate(request, `proj_bench${index % PROJECTS}`);
    authorization.require(caller, PERMISSION);
  };
  const bare = async () => {
    const index = Math.floor(Math.random() * MEMBERS);
    await database.read.first('SELECT user_id FROM access_users WHERE user_id = ?', [`usr_bench${index}`]);
  };
  const timed = (work: () => Promise<void>) => async () => {
    const took: number[] = [];
    for (let count = 0; count < CHECKS_PER_ROUND; count += 1) {
      const begun = performance.now();
      await work();
      took.push(performance.now() - begun);
    }
    return took;
  };
  for (let count = 0; count < WARM_UP_CHECKS; count += 1) await Promise.all([check(), bare()]);
  const { checks, rows } = await alternate(ROUNDS, { checks: timed(check), rows: timed(bare) });
  const of = (rounds: readonly number[][], share: number) => rounds.map(round => percentile(round, share));
  const quietest = (rounds: readonly number[][], share: number) => Math.min(...of(rounds, share));
  const what = 'who asks and may they ÷ one row by its key';
  printTable(`A permission check on ${name}, ${MEMBERS} memberships`, [
    { what: `${what}, p50`, measured: median(of(checks, 0.5)), anchor: median(of(rows, 0.5)), unit: 'ms' },
    {
      what: `${what}, p99`,
      measured: median(of(checks, 0.99)),
      anchor: median(of(rows, 0.99)),
      unit: 'ms',
      bar: { atMost: P99_MILLISECONDS_MAX },
    },
    // Whatever else the machine does only ever adds: where it takes the core away in most rounds, this is the figure that tells of us.
    {
      what: `${what}, p99 of the quietest round`,
      measured: quietest(checks, 0.99),
      anchor: quietest(rows, 0.99),
      unit: 'ms',
      bar: { atMost: P99_MILLISECONDS_MAX },
    },
  ]);
}

function fail(...words: unknown[]): never {
  throw new Error(`authentication had something to say: ${words.join(' ')}`);
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'portico-bench-access-'));
  const sqlite = openDatabase({ dialect: 'sqlite', filename: path.join(folder, 'portico.sqlite') }, systemClock);
  try {
    await measure('SQLite', sqlite);
  } finally {
    await sqlite.close();
    await rm(folder, { recursive: true, force: true });
  }
  const given = process.env.PORTICO_BENCH_POSTGRES_URL;
  const server = given === undefined ? await startPostgresServer({ durable: true }) : null;
  const postgres = openDatabase(
    { dialect: 'postgres', url: given ?? server?.url ?? '', connectionsMax: 10 },
    systemClock,
  );
  try {
    await measure('PostgreSQL', postgres);
  } finally {
    await postgres.close();
    await server?.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
