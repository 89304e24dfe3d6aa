import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase, systemClock } from '@portico/backend/services';
import type { OpenDatabase } from '@portico/backend/services';
import { startPostgresServer } from '@portico/plugin-kit/testing';
import { migrations } from '../plugins/fleet-backend/migrations';
import { createFleetPort } from '../plugins/fleet-backend/src/fleet-port';
import { percentile, printTable } from './report';
import type { Row } from './report';

/**
 * What reserving costs a launch when the fleet is in a database: 12,500 nodes of eight GPUs, the port that launches call, and a transaction of its own for each. What is
 * measured is everything under the model's lock, commit included: the queue of parallel launches moves at that pace.
 */
const NODES = Number(process.env['PORTICO_BENCH_NODES'] ?? 12_500);
const GPUS_PER_NODE = 8;
const LAUNCHES = 2_000;
const REFUSALS = 200;
const ROWS_PER_INSERT = 500;
/** A launch as a whole may take 100 ms at the 99th percentile. */
const RESERVE_MILLISECONDS_MAX = 20;

async function fill(database: OpenDatabase): Promise<void> {
  await database.migrate('fleet', migrations);
  const insert = async (table: string, columns: readonly string[], rows: readonly (readonly (string | number)[])[]) => {
    for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
      const some = rows.slice(from, from + ROWS_PER_INSERT);
      const marks = some.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ');
      await database.transaction(tx =>
        tx.run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${marks}`, some.flat()),
      );
    }
  };
  const nodes = Array.from({ length: NODES }, (_, at) => `node_${String(at).padStart(6, '0')}`);
  await insert(
    'fleet_nodes',
    'node_id name ordinal runtime simulated status status_changed_at configured isolation cpu_count memory_bytes created_at'.split(
      ' ',
    ),
    nodes.map((id, at) => [id, id, at + 1, 'ssh', 0, 'ready', 1, 1, 'container', 256, 2 ** 41, 1]),
  );
  await insert(
    'fleet_slots',
    'slot_id node_id gpu_model gpu_index gpu_uuid gpu_memory_bytes numa_node simulated fraction_milli part status withdrawn'.split(
      ' ',
    ),
    nodes.flatMap(id =>
      Array.from({ length: GPUS_PER_NODE }, (_, index) => {
        const slotId = `slot_${id}_${index}`;
        return [
          slotId,
          id,
          'H200',
          index,
          slotId,
          2 ** 37,
          Math.floor((index * 2) / GPUS_PER_NODE),
          0,
          1000,
          0,
          'free',
          0,
        ];
      }),
    ),
  );
  if (database.read.dialect === 'postgres') await database.transaction(tx => tx.run('ANALYZE'));
}

async function measure(name: string, database: OpenDatabase): Promise<void> {
  await fill(database);
  const port = createFleetPort(new Map());
  let launched = 0;
  const reserve = async (gpuCount: number) => {
    const allocationId = `alloc_${(launched += 1)}`;
    const begun = performance.now();
    const { fits } = await database.transaction(tx =>
      port.reserve(tx, {
        allocationId,
        organizationId: 'org_bench',
        gpuModel: 'H200',
        shape: 'gpu_slice',
        gpuCount,
        gpuFractionMilli: 1000,
        vcpus: gpuCount * 16,
        memoryBytes: gpuCount * 2 ** 37,
        regions: null,
      }),
    );
    return { fits, allocationId, milliseconds: performance.now() - begun };
  };
  const first = await reserve(1);
  const placed: number[] = [];
  const freed: number[] = [];
  for (let launch = 0; launch < LAUNCHES; launch += 1) {
    const { milliseconds, allocationId } = await reserve([1, 1, 2, 1, 4, 1, 8][launch % 7] as number);
    placed.push(milliseconds);
    if (launch % 3 !== 0) continue;
    const begun = performance.now();
    await database.transaction(tx => port.free(tx, allocationId));
    freed.push(performance.now() - begun);
  }
  // Sold out but for one GPU on each of some nodes: what is refused then was looked for in earnest.
  await database.transaction(tx =>
    tx.run(
      `UPDATE fleet_slots SET status = 'held', allocation_id = 'alloc_all' WHERE status = 'free' AND (gpu_index > 0 OR node_id > 'node_000200')`,
    ),
  );
  const refused: number[] = [];
  for (let refusal = 0; refusal < REFUSALS; refusal += 1) {
    const { fits, milliseconds } = await reserve(4);
    if (fits) throw new Error('a sold out fleet hosted a launch');
    refused.push(milliseconds);
  }
  const milliseconds = { unit: 'ms' } as const;
  const rows: Row[] = [
    { what: 'the first, which reads the fleet', measured: first.milliseconds, ...milliseconds },
    { what: 'reserve, p50', measured: percentile(placed, 0.5), ...milliseconds },
    {
      what: 'reserve, p99',
      measured: percentile(placed, 0.99),
      ...milliseconds,
      bar: { atMost: RESERVE_MILLISECONDS_MAX },
    },
    { what: 'give back, p50', measured: percentile(freed, 0.5), ...milliseconds },
    { what: 'refused when sold out, p50', measured: percentile(refused, 0.5), ...milliseconds },
    { what: 'refused when sold out, p99', measured: percentile(refused, 0.99), ...milliseconds },
  ];
  printTable(`Reserving on ${name}: ${NODES * GPUS_PER_NODE} GPUs`, rows);
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'portico-bench-reserve-'));
  try {
    const sqlite = openDatabase({ dialect: 'sqlite', filename: path.join(folder, 'fleet.sqlite') }, systemClock);
    try {
      await measure('SQLite', sqlite);
    } finally {
      await sqlite.close();
    }
    const server = await startPostgresServer({ durable: true });
    try {
      const postgres = openDatabase({ dialect: 'postgres', url: server.url, connectionsMax: 4 }, systemClock);
      try {
        await measure('PostgreSQL', postgres);
      } finally {
        await postgres.close();
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
