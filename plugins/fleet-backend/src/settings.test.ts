import { fleetPortRef } from '@portico/plugin-fleet/port';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { localRuntimeRef } from '@portico/plugin-fleet/port';
import { startTestBackend } from '@portico/plugin-kit/testing';
import { ScriptedRuntime } from './testing/scripted-runtime';

const start = (fleet: object) =>
  startTestBackend({
    plugins: ['fleet'],
    settings: { fleet },
    instead: [createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => new ScriptedRuntime() })],
    expose: { fleet: fleetPortRef },
  });

test('a node that only has a name is one of eight H200', async () => {
  const backend = await start({ nodes: [{ name: 'lab' }] });
  try {
    expect(await backend.services.fleet.capacity(backend.services.database.read)).toMatchObject([
      { gpuModel: 'H200', totalGpus: 8 },
    ]);
  } finally {
    await backend.stop();
  }
});

test.each([
  ['an address that is none', { runtime: { refusedAddresses: ['example.org'] } }, 'fleet.runtime.refusedAddresses.0'],
  ['a name that no node could have', { nodes: [{ name: 'Node 1' }] }, 'fleet.nodes.0.name'],
  ['a misspelt key', { nodes: [{ name: 'lab', gpus: 4 }] }, 'fleet.nodes.0.gpus'],
  ['the same node twice', { nodes: [{ name: 'lab' }, { name: 'lab' }] }, 'fleet.nodes lists lab twice'],
])('%s stops the start with a sentence that names it', async (_what, fleet, named) => {
  await expect(start(fleet)).rejects.toThrow(named);
});
