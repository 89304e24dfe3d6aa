import { nextNodeStatus, nodeTransitions } from './node';
import type { NodeEvent, NodeStatus } from './node';
import { EMBEDDED_SLOT_STATUS, slotTransitions } from './slot';

const nodeEvents: NodeEvent[] = ['enrolled', 'answered', 'drained', 'lost', 'resumed', 'unfit'];

test('a node moves as this table says and in no other way', () => {
  const moves = (Object.keys(nodeTransitions) as NodeStatus[]).flatMap(status =>
    nodeEvents.flatMap(event =>
      nextNodeStatus(status, event) === undefined ? [] : [`${status} -${event}-> ${nextNodeStatus(status, event)}`],
    ),
  );
  expect(moves).toEqual([
    'registered -enrolled-> enrolled',
    'enrolled -answered-> ready',
    'ready -drained-> draining',
    'ready -lost-> unreachable',
    'ready -unfit-> enrolled',
    'draining -resumed-> ready',
    'unreachable -answered-> ready',
    'unreachable -drained-> draining',
    'unreachable -unfit-> enrolled',
  ]);
});

test('a blocked slot waits for a person, and one that was never approved cannot be held', () => {
  expect(slotTransitions.cleanup_blocked).toEqual({ clean: 'free' });
  expect(slotTransitions.candidate).not.toHaveProperty('hold');
  expect(slotTransitions.approved).not.toHaveProperty('hold');
  expect(EMBEDDED_SLOT_STATUS).toBe('free');
});
