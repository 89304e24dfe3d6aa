import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { launchAllocation } from '@portico/plugin-workloads/contract';

type Reply = ReplyOf<typeof launchAllocation>;
type One = Extract<Reply, { allocation: unknown }>;
type Several = Extract<Reply, { allocations: unknown }>;

/** The reply to a launch of one. */
export function launchedAlone(reply: Reply): One {
  if ('allocation' in reply) return reply;
  throw new Error('several were launched');
}

/** The reply to a launch of several. */
export function launchedTogether(reply: Reply): Several {
  if ('allocations' in reply) return reply;
  throw new Error('one was launched');
}
