import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestClock } from '@portico/plugin-kit/testing';
import { openDatabase } from './open-database';

test('the files of the database are for their owner only, wherever they are copied to', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-files-'));
  const umask = process.umask(0);
  const database = openDatabase(
    { dialect: 'sqlite', filename: path.join(folder, 'portico.sqlite'), synchronous: 'OFF' },
    new TestClock(),
  );
  try {
    await database.transaction(tx => tx.run('CREATE TABLE things (id TEXT)'));
    const files = readdirSync(folder);
    expect(files.sort()).toEqual(['portico.sqlite', 'portico.sqlite-shm', 'portico.sqlite-wal']);
    expect(files.map(file => (statSync(path.join(folder, file)).mode & 0o777).toString(8))).toEqual([
      '600',
      '600',
      '600',
    ]);
  } finally {
    process.umask(umask);
    await database.close();
    rmSync(folder, { recursive: true });
  }
});
