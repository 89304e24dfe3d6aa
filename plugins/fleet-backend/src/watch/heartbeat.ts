import type { LoggerService } from '@backstage/backend-plugin-api';
import { inParallel } from '@portico/plugin-kit/backend';
import type { Database } from '@portico/plugin-kit/backend';
import type { NodeReport, Runtime, RuntimeKind } from '@portico/plugin-fleet/port';
import type { NodeMoveServices } from '../actions/move-node';
import { recordAnswer, recordSilence } from '../actions/record-heartbeat';
import { allNodes } from '../store/nodes';
import type { NodeRow } from '../store/nodes';

/** Nodes asked at once. A node that hangs until its deadline holds up no more than its own place among these. */
const PROBES_AT_ONCE_MAX = 16;

export interface HeartbeatOptions {
  readonly services: NodeMoveServices & { readonly database: Database };
  readonly runtimes: ReadonlyMap<RuntimeKind, Runtime>;
  readonly logger: LoggerService;
  readonly unreachableAfterSeconds: number;
  /** A full probe of a real node that answers, where one is due. */
  readonly examineIfDue?: (nodeId: string) => Promise<void>;
}

/** Asks every node once how it is. */
export async function probeNodes(options: HeartbeatOptions, signal: AbortSignal): Promise<void> {
  const nodes = await allNodes(options.services.database.read);
  await inParallel(nodes, { limit: PROBES_AT_ONCE_MAX, signal }, node => probeNode(options, node));
}

async function probeNode(
  { services, runtimes, logger, unreachableAfterSeconds, examineIfDue }: HeartbeatOptions,
  node: NodeRow,
): Promise<void> {
  // Its enrolment has not got as far as a login that works.
  if (node.status === 'registered') return;
  const runtime = runtimes.get(node.runtime);
  if (runtime === undefined) return;
  let report: NodeReport;
  try {
    report = await runtime.probe({ nodeId: node.node_id, name: node.name });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (node.status !== 'unreachable') logger.warn(`node ${node.name} does not answer: ${reason}`);
    await recordSilence(services, { nodeId: node.node_id, reason, unreachableAfterSeconds, error });
    return;
  }
  if (node.runtime === 'ssh') await examineIfDue?.(node.node_id);
  await recordAnswer(services, { nodeId: node.node_id, report, unreachableAfterSeconds });
  if (node.status === 'unreachable') logger.info(`node ${node.name} answers again`);
}
