import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../clock/system-clock';
import { openDatabase } from '../database/open-database';
import { openDataDirectory } from './data-directory';

const root = mkdtempSync(path.join(tmpdir(), 'portico-directory-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const asRoot = process.getuid?.() === 0;

/** Runs `body` on a small file system of its own; only root may mount. Says so where it cannot. */
async function onMount(options: string, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(root, 'mount-'));
  if (!asRoot || spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status !== 0) {
    console.warn(`not tried: mounting a tmpfs (${options}) needs root`);
    return;
  }
  try {
    await body(folder);
  } finally {
    spawnSync('umount', ['-l', folder]);
  }
}

test('is made with its parents, for its owner only', () => {
  const folder = path.join(root, 'a/b');
  openDataDirectory({ path: folder, exclusive: true }).release();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('a second instance is refused with folder and process, and let in after the first', () => {
  const folder = path.join(root, 'second');
  const first = openDataDirectory({ path: folder, exclusive: true });
  expect(() => openDataDirectory({ path: folder, exclusive: true })).toThrow(
    `Another Portico (process ${process.pid}) is running on the data directory ${folder}`,
  );
  expect(() => openDataDirectory({ path: folder, exclusive: false })).not.toThrow();
  first.release();
  openDataDirectory({ path: folder, exclusive: true }).release();
});

test('another process holds it too, until it is killed', async () => {
  const folder = path.join(root, 'killed');
  const script = path.join(root, 'holder.cjs');
  openDataDirectory({ path: folder, exclusive: true }).release();
  writeFileSync(
    script,
    `const Driver = require(${JSON.stringify(require.resolve('better-sqlite3'))});
     const lock = new Driver(${JSON.stringify(path.join(folder, 'portico.lock'))});
     lock.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1000);`,
  );
  const holder = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  expect(() => openDataDirectory({ path: folder, exclusive: true })).toThrow('is running on the data directory');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  openDataDirectory({ path: folder, exclusive: true }).release();
});

test('a file in its place is named', () => {
  const file = path.join(root, 'file');
  writeFileSync(file, '');
  expect(() => openDataDirectory({ path: file, exclusive: true })).toThrow(
    `The data directory ${file} is not a folder`,
  );
});

test('a folder that may not be written to is a sentence, not a stack', async () => {
  if (!asRoot) {
    const folder = path.join(root, 'closed');
    openDataDirectory({ path: folder, exclusive: false });
    chmodSync(folder, 0o500);
    expect(() => openDataDirectory({ path: path.join(folder, 'inside'), exclusive: true })).toThrow(
      'may not be written to',
    );
    chmodSync(folder, 0o700);
  }
  await onMount('ro,size=1m', async folder => {
    expect(() => openDataDirectory({ path: folder, exclusive: true })).toThrow(
      `The data directory ${folder} is on a read-only file system`,
    );
  });
});

test('a full disk is told at the start', async () => {
  await onMount('size=256k', async folder => {
    expect(() => openDataDirectory({ path: folder, exclusive: true })).toThrow('is full');
  });
});

test('a disk that fills up under load refuses whole transactions with a code, and goes on when there is room', async () => {
  await onMount('size=3m', async folder => {
    const database = openDatabase({ dialect: 'sqlite', filename: path.join(folder, 'portico.sqlite') }, systemClock);
    await database.transaction(tx => tx.run('CREATE TABLE test_rows (pair bigint, half bigint, filling text)'));
    let pairs = 0;
    const insert = () =>
      database.transaction(async tx => {
        for (const half of [1, 2])
          await tx.run('INSERT INTO test_rows (pair, half, filling) VALUES (?, ?, ?)', [
            pairs,
            half,
            'x'.repeat(20_000),
          ]);
      });
    const ballast = path.join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_000_000));
    let refusal: unknown;
    while (refusal === undefined && pairs < 1000) {
      refusal = await insert().then(
        () => void (pairs += 1),
        (error: unknown) => error,
      );
    }
    expect(refusal).toMatchObject({ code: 'storage_full', status: 503 });
    expect(await database.read.first('SELECT count(*) AS rows FROM test_rows')).toEqual({ rows: 2 * pairs });
    rmSync(ballast);
    await insert();
    expect(await database.read.first('SELECT count(*) AS rows FROM test_rows')).toEqual({ rows: 2 * pairs + 2 });
    await database.close();
  });
});
