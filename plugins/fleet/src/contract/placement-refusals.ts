/** Closed and ordered, from what the fleet is to what it is doing: the first that applies is given. */
export const placementRefusals = {
  no_region: 'None of the regions it may be in has this model.',
  topology_unsatisfiable: 'No node of the fleet could ever host this many GPUs together.',
  no_ready_node: 'No node that could host it is ready.',
  no_capacity: 'All GPUs of this model are taken, or the fleet has none.',
  no_single_node_fits: 'GPUs are free, but not as many on one node.',
  no_cpu_or_memory: 'GPUs are free, but not with as much CPU and memory beside them.',
  not_all_copies: 'Some of them fit, but not all at once.',
} as const;
