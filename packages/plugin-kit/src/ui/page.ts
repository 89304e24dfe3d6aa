import type { OperationShape } from '../contract';

/** The six renderings every page answers for, through one shared component. */
export const pageStates = ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'] as const;
export type PageStateName = (typeof pageStates)[number];

/**
 * A page declares what it calls and what it renders. Its hooks accept declared operations only, and a test holds the declaration against the
 * contract and the running page against the declaration.
 */
export interface PageDefinition {
  /** Unique in the portal: `workloads-list`. */
  readonly name: string;
  readonly path: string;
  readonly title: string;
  readonly operations: Readonly<Record<string, OperationShape>>;
  readonly states: readonly PageStateName[];
}

export function definePage<const Page extends PageDefinition>(page: Page): Page {
  return page;
}
