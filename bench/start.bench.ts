import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseMachine, reach, signIn, startPortal } from './portal';
import type { Portal } from './portal';
import { median, printTable } from './report';

/**
 * P6 and P9: from the start of the process to the first answer and to the first workload, on a new data folder and on one that was used before,
 * and what an idle portal keeps in memory. Both folders' portals idle side by side, each measured alone.
 */
const ROUNDS = 3;
const IDLE_SECONDS = 10;
/** A stock Backstage backend (`create-app`, production build): its better start, and idle memory. */
const STOCK = { startSeconds: 4.6, idleMegabytes: 557 };
const PERSON = 'bench';
/** Fine enough for a figure of a second. */
const LOOK_EVERY_MILLISECONDS = 20;

interface Sample {
  readonly readySeconds: number;
  readonly activeSeconds: number;
  readonly idleMegabytes: number;
}

/** Starts, signs in, launches and waits until it can be worked in, as fast as a person with the API could. */
async function firstWorkload(portal: Portal): Promise<{ activeSeconds: number; release: () => Promise<void> }> {
  const token = await signIn(portal, PERSON);
  const body = await chooseMachine(portal, token);
  const { allocation } = await portal.request('POST', 'allocations', { token, body });
  const about = { token, allocationId: allocation.allocation_id, everyMilliseconds: LOOK_EVERY_MILLISECONDS };
  await reach(portal, { ...about, status: 'active' });
  const activeSeconds = (performance.now() - portal.startedAt) / 1000;
  return {
    activeSeconds,
    async release() {
      await portal.request('POST', `allocations/${allocation.allocation_id}/release`, { token });
      await reach(portal, { ...about, status: 'released' });
    },
  };
}

async function round(folders: { fresh: string; used: string }): Promise<{ fresh: Sample; used: Sample }> {
  const portals: Portal[] = [];
  const timed = async (dataDirectory: string) => {
    const portal = await startPortal({ dataDirectory });
    portals.push(portal);
    const { activeSeconds, release } = await firstWorkload(portal);
    await release();
    return { readySeconds: portal.readySeconds, activeSeconds, portal };
  };
  try {
    const [fresh, used] = [await timed(folders.fresh), await timed(folders.used)];
    await sleep(IDLE_SECONDS * 1000);
    const sample = ({ portal, ...times }: typeof fresh): Sample => ({
      ...times,
      idleMegabytes: portal.residentMegabytes(),
    });
    return { fresh: sample(fresh), used: sample(used) };
  } finally {
    await Promise.all(portals.map(portal => portal.stop()));
  }
}

/** What a person really types, with its look at dependencies and build; only npm's own start is left out. */
async function npmStart(dataDirectory: string): Promise<number> {
  const portal = await startPortal({ dataDirectory, command: [process.execPath, 'tools/start.mjs'] });
  try {
    const { activeSeconds, release } = await firstWorkload(portal);
    await release();
    return activeSeconds;
  } finally {
    await portal.stop();
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'portico-bench-start-'));
  try {
    const used = path.join(folder, 'used');
    // The first one fills the folder, and builds should a source have changed since the build.
    await npmStart(used);
    const throughNpm = await npmStart(used);
    const rounds: { fresh: Sample; used: Sample }[] = [];
    for (let count = 0; count < ROUNDS; count += 1) {
      rounds.push(await round({ used, fresh: path.join(folder, `fresh-${count}`) }));
    }
    const of = (which: 'fresh' | 'used', part: keyof Sample) => median(rounds.map(sample => sample[which][part]));
    const rows = (['fresh', 'used'] as const).flatMap(
      which =>
        [
          {
            what: `${which} folder, start to first 200`,
            measured: of(which, 'readySeconds'),
            unit: 's',
            anchor: STOCK.startSeconds,
            bar: { ratioAtMost: 0.5 },
          },
          {
            what: `${which} folder, start to first active allocation`,
            measured: of(which, 'activeSeconds'),
            unit: 's',
            bar: { atMost: 15 },
          },
          {
            what: `${which} folder, resident memory, ${IDLE_SECONDS} s idle`,
            measured: of(which, 'idleMegabytes'),
            unit: 'MB',
            anchor: STOCK.idleMegabytes,
            bar: { atMost: 300, ratioAtMost: 0.6 },
          },
        ] as const,
    );
    printTable(`Start of the production build, medians of ${ROUNDS}; anchor: a stock Backstage backend`, [
      ...rows,
      { what: '`npm start` to first active allocation, once', measured: throughNpm, unit: 's', bar: { atMost: 15 } },
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
