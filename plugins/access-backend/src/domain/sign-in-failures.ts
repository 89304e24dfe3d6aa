/**
 * Sign-ins that fail are told in the audit, but whoever fails a thousand times must not bury the rest of it: of one network and account the first in an hour is
 * told, then the tenth, the hundredth and so on, each with how many there were.
 */
export const FAILURE_WINDOW_SECONDS = 60 * 60;

/** Whether the failure of that number, counted from one, is told. */
export function isTold(failures: number): boolean {
  return Number.isInteger(Math.log10(failures));
}
