import type { Clock } from '@portico/plugin-kit/backend';

/** A connection outlives the right to it by at most so long: session ended, key removed, permission withdrawn, allocation released. */
export const STANDING_CHECK_SECONDS = 3;

type LossReason = 'signed_out' | 'permission_denied' | 'key_removed' | 'not_active' | 'session_limit';

export type Standing = { stands: true } | { stands: false; reason: LossReason };

/**
 * Asks again and again whether a long-lived connection may go on, and says once when it may not. A check that throws (the database is
 * away for a moment) changes nothing: paid work is not cut off because we cannot look.
 */
export function watchStanding(options: {
  clock: Clock;
  check: () => Promise<Standing>;
  onLost: (reason: Exclude<Standing, { stands: true }>['reason']) => void;
}): { stop(): void } {
  const stopped = new AbortController();
  const watch = async () => {
    for (;;) {
      await options.clock.sleep(STANDING_CHECK_SECONDS * 1000, stopped.signal);
      if (stopped.signal.aborted) return;
      const standing = await options.check().catch((): Standing => ({ stands: true }));
      if (stopped.signal.aborted) return;
      if (!standing.stands) {
        options.onLost(standing.reason);
        return;
      }
    }
  };
  void watch();
  return { stop: () => stopped.abort() };
}
