import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { addSshKey } from '@portico/plugin-access/contract';
import { listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import type { SignedUp, TestBackend, TestBackendOptions } from '@portico/plugin-kit/testing';
import {
  createTerminalToken,
  getAllocation,
  launchAllocation,
  releaseAllocation,
} from '@portico/plugin-workloads/contract';
import { launchedAlone } from '../../testing/launched';

/** The whole portal with its real runtime: people sign up, launch, and get into real sandboxes. */
export async function startPortalWithSandboxes(options: TestBackendOptions = {}) {
  buildSandboxPrograms();
  const backend: TestBackend = await startTestBackend({
    ...options,
    settings: { fleet: { realGpus: 'off', heartbeat: { intervalSeconds: 1 } }, ...options.settings },
  });
  const launched: { token: string; allocationId: string }[] = [];
  const read = (token: string, allocationId: string) =>
    backend.call(getAllocation, { token, params: { allocation_id: allocationId } });
  const untilStatus = (token: string, allocationId: string, status: string) =>
    waitFor(async () => {
      const allocation = await read(token, allocationId);
      return allocation.status === status && allocation;
    }, `${allocationId} ${status}`);

  return {
    ...backend,
    /** An active allocation of that person. */
    async launch({ token }: Pick<SignedUp, 'token'>) {
      const sku = await waitFor(
        async () => (await backend.call(listSkus, { token })).items.find(item => item.free_gpus > 0),
        'a free GPU',
      );
      const image = (await backend.call(listOsImages, { token })).items[0];
      const reply = await backend.call(launchAllocation, {
        token,
        body: { sku_id: sku.sku_id, gpu_count: 1, image_id: image?.image_id ?? '' },
        idempotencyKey: crypto.randomUUID(),
      });
      const { allocation } = launchedAlone(reply);
      launched.push({ token, allocationId: allocation.allocation_id });
      return untilStatus(token, allocation.allocation_id, 'active');
    },
    release: (token: string, allocationId: string) =>
      backend.call(releaseAllocation, { token, params: { allocation_id: allocationId } }),
    addKey: (token: string, publicKey: string) =>
      backend.call(addSshKey, { token, body: { name: crypto.randomUUID(), public_key: publicKey } }),
    terminalToken: async (token: string, allocationId: string) =>
      (await backend.call(createTerminalToken, { token, params: { allocation_id: allocationId } })).token,
    async stop(stopOptions?: { keep?: boolean }) {
      if (stopOptions?.keep !== true) {
        for (const { token, allocationId } of launched) {
          const { status } = await read(token, allocationId);
          if (status === 'active')
            await backend.call(releaseAllocation, { token, params: { allocation_id: allocationId } });
          await untilStatus(token, allocationId, 'released');
        }
      }
      await backend.stop(stopOptions);
    },
  };
}

export type PortalWithSandboxes = Awaited<ReturnType<typeof startPortalWithSandboxes>>;

/** What `npm run build` would have made, where somebody runs these tests alone. */
function buildSandboxPrograms(): void {
  const fleet = path.join(__dirname, '../../../../fleet-backend');
  if (existsSync(path.join(fleet, 'dist/agent.cjs'))) return;
  execFileSync(process.execPath, [path.join(fleet, 'build-runtime.mjs')]);
}
