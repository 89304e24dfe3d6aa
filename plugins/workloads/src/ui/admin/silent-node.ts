import type { ListedNode } from './allocations-page';

/** Nobody can be asked there. A node that is no longer part of the fleet does not answer either. */
export function isSilent(node: ListedNode | undefined): boolean {
  return node === undefined || node.status === 'unreachable';
}
