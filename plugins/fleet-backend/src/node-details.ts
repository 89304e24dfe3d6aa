import type { Queries } from '@portico/plugin-kit/backend';
import { common, toInstant } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { getNode, probeNode } from '@portico/plugin-fleet/contract';
import { nodeItem } from './node-view';
import { fingerprintOf } from './ssh/host-key';
import { credentialsOf } from './store/node-credentials';
import { latestVerdict } from './store/node-probes';
import type { ProbedVerdict } from './store/node-probes';
import { nodeById } from './store/nodes';
import { numaDomainsOf, summarizeSlots } from './store/slots';

/** All there is to say of a node. Throws `not_found`. */
export async function nodeDetails(queries: Queries, nodeId: string): Promise<ReplyOf<typeof getNode>> {
  const node = await nodeById(queries, nodeId);
  if (node === undefined) throw common.fail('not_found');
  const summaries = await summarizeSlots(queries, [nodeId]);
  const numaDomains = (await numaDomainsOf(queries, [nodeId])).get(nodeId) ?? 0;
  const verdict = await latestVerdict(queries, nodeId);
  return {
    ...nodeItem(node, { summaries, numaDomains }),
    username: node.username,
    notes: node.notes,
    host_key: hostKeyItem(node.host_key),
    changed_host_key: hostKeyItem(node.changed_host_key),
    public_key: (await credentialsOf(queries, nodeId))?.publicKey ?? null,
    verdict: verdict === undefined ? null : verdictItem(verdict),
    enrolment_task_id: node.enrolment_task_id,
  };
}

export function verdictItem({ verdict, checks, probedAt }: ProbedVerdict): ReplyOf<typeof probeNode> {
  return { verdict, checks: checks.map(check => ({ ...check })), probed_at: toInstant(probedAt) };
}

export function hostKeyItem(key: string): { type: string; fingerprint: string };
export function hostKeyItem(key: string | null): { type: string; fingerprint: string } | null;
export function hostKeyItem(key: string | null) {
  return key === null ? null : { type: key.split(' ')[0] ?? '', fingerprint: fingerprintOf(key) };
}
