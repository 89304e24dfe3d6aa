import type { Actor } from '@portico/plugin-kit/backend';
import { heartbeatActor } from '../domain/audited';
import type { NodeServices } from '../node-services';
import { probeNode } from '../probe/probe-node';
import type { ProbeResult } from '../probe/probe-node';
import { latestVerdict } from '../store/node-probes';
import { recordVerdict } from './record-verdict';

/** Seconds between two probes of a node in which something is amiss: whoever mends it sees it ready soon after. */
const EXAMINE_AGAIN_SECONDS = 60;
/** Checks that fail while a node cannot be asked. Once it answers they say nothing any more, and the others were not looked at. */
const ABOUT_REACHING_IT = new Set(['reachability', 'host_key', 'sudo']);

/** A full probe, and what follows from it. */
export async function examineNode(
  services: NodeServices,
  { nodeId, actor }: { nodeId: string; actor: Actor },
): Promise<ProbeResult> {
  const result = await probeNode(services.ssh.connections.to(nodeId), services.clock);
  await recordVerdict(services, { nodeId, result, actor });
  return result;
}

/** For a node that answers: examined when it never was, when nobody could when it last was, and now and again while something is amiss. */
export async function examineIfDue(services: NodeServices, nodeId: string): Promise<void> {
  const latest = await latestVerdict(services.database.read, nodeId);
  if (latest !== undefined && latest.verdict !== 'failed') return;
  const unasked = latest?.checks.some(({ check, status }) => status === 'failed' && ABOUT_REACHING_IT.has(check));
  const waited = services.clock.now() - (latest?.probedAt ?? 0) > EXAMINE_AGAIN_SECONDS * 1000;
  if (latest === undefined || unasked || waited) await examineNode(services, { nodeId, actor: heartbeatActor });
}
