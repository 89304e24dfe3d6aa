import { useOperationPages } from '@portico/plugin-kit/ui';
import { useEffect, useRef } from 'react';
import type { NodeDetails, NodeSlot } from './node-words';
import { nodePage } from './pages';

/** As many as one answer holds. */
const SLOTS_AT_ONCE = 100;

/** All slots of a node, which are at most a few hundred: a picture of half of them would be wrong. Pages that use this declare `listResourceSlots`. */
export function useNodeSlots(node: Pick<NodeDetails, 'node_id' | 'slots'>) {
  const query = useOperationPages(nodePage, 'listResourceSlots', {
    params: { node_id: node.node_id },
    query: { limit: SLOTS_AT_ONCE },
  });
  const { hasNextPage, isFetching, fetchNextPage, refetch } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  // The node is read every few seconds anyway, and counts its slots: they are read again when it counts otherwise.
  const counts = JSON.stringify(node.slots);
  const counted = useRef(counts);
  useEffect(() => {
    if (counted.current === counts) return;
    counted.current = counts;
    void refetch();
  }, [counts, refetch]);
  return { ...query, slots: query.items as readonly NodeSlot[] };
}

export interface Occupant {
  readonly allocationId: string;
  readonly slots: readonly NodeSlot[];
  readonly since: string | null;
}

/** Who holds slots, the longest first. */
export function occupantsOf(slots: readonly NodeSlot[]): Occupant[] {
  const byAllocation = new Map<string, NodeSlot[]>();
  for (const slot of slots) {
    if (slot.allocation_id === null) continue;
    byAllocation.set(slot.allocation_id, [...(byAllocation.get(slot.allocation_id) ?? []), slot]);
  }
  return [...byAllocation]
    .map(([allocationId, held]) => ({ allocationId, slots: held, since: held[0]?.held_since ?? null }))
    .toSorted((a, b) => (a.since ?? '').localeCompare(b.since ?? ''));
}
