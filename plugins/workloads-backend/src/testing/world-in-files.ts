import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FakeInstance, World } from './fake-runtime';

/** A world that goes on when the backend beside it is killed: one file per allocation, replaced as a whole. */
export function worldInFiles(directory: string): World {
  mkdirSync(directory, { recursive: true });
  const file = (allocationId: string) => path.join(directory, `${allocationId}.json`);
  const ids = () =>
    readdirSync(directory)
      .filter(name => name.endsWith('.json'))
      .map(name => name.slice(0, -'.json'.length));
  return {
    ids,
    read: allocationId =>
      ids().includes(allocationId) ? (JSON.parse(readFileSync(file(allocationId), 'utf8')) as FakeInstance) : undefined,
    write(allocationId, instance) {
      writeFileSync(`${file(allocationId)}.new`, JSON.stringify(instance));
      renameSync(`${file(allocationId)}.new`, file(allocationId));
    },
  };
}
