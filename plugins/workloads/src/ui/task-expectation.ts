import { formatDuration } from '@portico/ui';

/** Shorter than this nobody waits for, and a forecast would only be read after the end. */
const WORTH_SAYING_SECONDS = 2;

/**
 * How much longer it may take, as a person would say it: the usual time from history, then its longer tail, then that it may end any
 * moment. Nothing where there is too little history or nothing to wait for.
 */
export function expectationText(
  expected: { p50: number; p95: number } | null,
  elapsedSeconds: number,
): string | undefined {
  if (expected === null || expected.p95 < WORTH_SAYING_SECONDS) return undefined;
  if (elapsedSeconds < expected.p50) return `Usually done within ${formatDuration(Math.ceil(expected.p50))}.`;
  if (elapsedSeconds < expected.p95) return `Up to ${formatDuration(Math.ceil(expected.p95))} is not unusual.`;
  return 'Any moment now.';
}
