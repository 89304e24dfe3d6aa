/**
 * A node's status says one thing: whether placement may choose it. `registered` and `enrolled` come before it was first reached; only `ready` takes
 * work; `draining` and `unreachable` keep what they hold. Lost contact never kills an allocation, and heals by itself. A draining node stays draining
 * when contact is lost: it takes no work either way, and would forget that it was draining. A node in which a probe found something amiss goes back to
 * `enrolled`, and is `ready` again once a probe finds it mended.
 */
export const nodeTransitions = {
  registered: { enrolled: 'enrolled' },
  enrolled: { answered: 'ready' },
  ready: { drained: 'draining', lost: 'unreachable', unfit: 'enrolled' },
  draining: { resumed: 'ready' },
  unreachable: { answered: 'ready', drained: 'draining', unfit: 'enrolled' },
} as const satisfies Record<string, Partial<Record<NodeEvent, string>>>;

export type NodeStatus = keyof typeof nodeTransitions;
export type NodeEvent = 'enrolled' | 'answered' | 'drained' | 'lost' | 'resumed' | 'unfit';

/** The status after the event, or undefined when the event changes nothing there. */
export function nextNodeStatus(status: NodeStatus, event: NodeEvent): NodeStatus | undefined {
  const transitions: Partial<Record<NodeEvent, NodeStatus>> = nodeTransitions[status];
  return transitions[event];
}
