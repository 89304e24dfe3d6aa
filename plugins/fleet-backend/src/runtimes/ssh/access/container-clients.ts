import type { Client } from 'ssh2';
import type { FindContainerAccess } from '../container-access';
import type { InstanceRef } from '../port';
import { openContainerClient, OtherContainerError } from './container-client';
import { IDLE_MS } from './limits';

interface Pooled {
  readonly opening: Promise<Client>;
  client: Client | null;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/** One connection per allocation, opened when something needs it, shared by all that does, and opened anew when it was lost. */
export class ContainerClients {
  readonly #pooled = new Map<string, Pooled>();

  constructor(private readonly find: FindContainerAccess) {}

  /** With the connection counted as used until `leave`. */
  async use(instance: InstanceRef): Promise<{ client: Client; leave: () => void }> {
    const { allocationId } = instance;
    let pooled = this.#pooled.get(allocationId);
    if (pooled === undefined) {
      pooled = { opening: this.#open(instance), client: null, users: 0, idle: undefined };
      this.#pooled.set(allocationId, pooled);
      this.#watch(allocationId, pooled);
    }
    const mine = pooled;
    clearTimeout(mine.idle);
    mine.users += 1;
    let left = false;
    const leave = () => {
      if (left) return;
      left = true;
      mine.users -= 1;
      if (mine.users === 0) mine.idle = setTimeout(() => mine.client?.end(), IDLE_MS).unref();
    };
    try {
      return { client: await mine.opening, leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  drop(allocationId: string): void {
    const pooled = this.#pooled.get(allocationId);
    if (pooled === undefined) return;
    this.#pooled.delete(allocationId);
    clearTimeout(pooled.idle);
    // Also one that is still being opened: what it opens to is about to go.
    pooled.opening.then(
      client => client.destroy(),
      () => undefined,
    );
  }

  close(): void {
    for (const allocationId of [...this.#pooled.keys()]) this.drop(allocationId);
  }

  #watch(allocationId: string, pooled: Pooled): void {
    const forget = () => {
      clearTimeout(pooled.idle);
      if (this.#pooled.get(allocationId) === pooled) this.#pooled.delete(allocationId);
    };
    pooled.opening.then(client => {
      pooled.client = client;
      client.once('close', forget);
    }, forget);
  }

  async #open(instance: InstanceRef): Promise<Client> {
    const access = await this.find(instance);
    try {
      return await openContainerClient(access);
    } catch (error) {
      if (!(error instanceof OtherContainerError)) throw error;
      return openContainerClient(await this.find(instance, { fresh: true }));
    }
  }
}
