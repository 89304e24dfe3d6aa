/** Leases one task may ever have: far beyond what attempts and crashes can use up. */
const LEASES_MAX = 2 ** 30;

/**
 * The token for a runtime's call. Leases grow within a task, but a release is another task than the launch it follows; `epoch` is the version of the
 * allocation the task was made for, so that a later task is always newer. And of one lease, ending is newer than starting: a start that
 * was held up somewhere and arrives after the end is refused.
 */
export function fencingToken(call: { epoch: number; lease: number; purpose: 'start' | 'end' }): number {
  return (call.epoch * LEASES_MAX + call.lease) * 2 + (call.purpose === 'end' ? 1 : 0);
}
