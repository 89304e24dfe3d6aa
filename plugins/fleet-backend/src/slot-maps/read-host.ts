import { HOST_READING_SECONDS } from '@portico/plugin-fleet/contract';
import { parseHostReading } from '../domain/host-reading';
import type { HostTopology } from '../domain/topology';
import type { NodeConnection } from '../ssh/node-connection';
import { hostScript } from './host-script';

/** What the node has now. Throws `RuntimeError` when it cannot be reached, `IncompleteReading` when it did not answer to the end. */
export async function readHost(connection: NodeConnection, signal?: AbortSignal): Promise<HostTopology> {
  const { stdout } = await connection.run(hostScript, { args: [''], timeoutSeconds: HOST_READING_SECONDS, signal });
  return parseHostReading(stdout);
}
