import type { NodeCheckName } from '@portico/plugin-fleet/contract';

export interface NodeCheck {
  readonly check: NodeCheckName;
  readonly status: 'passed' | 'warned' | 'failed' | 'skipped';
  readonly message: string;
  /** A command for root on the node. */
  readonly fix: string | null;
}

export interface NodeVerdict {
  /** The worst of the checks. */
  readonly verdict: 'passed' | 'warned' | 'failed';
  readonly checks: readonly NodeCheck[];
}

export function verdictOf(checks: readonly NodeCheck[]): NodeVerdict {
  const has = (status: NodeCheck['status']) => checks.some(check => check.status === status);
  return { verdict: has('failed') ? 'failed' : has('warned') ? 'warned' : 'passed', checks };
}
