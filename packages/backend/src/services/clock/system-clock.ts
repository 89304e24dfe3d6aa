/**
 * The clock: the one place that asks the machine for the time. Everything else is given `clockRef`, so tests can move time and a
 * transaction can take a single reading. Apart from it stand lines of the log, which bear the machine's time whatever a test thinks, and the programs
 * beside a sandbox, which are processes of their own.
 */
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { clockRef } from '@portico/plugin-kit/backend';
import type { Clock } from '@portico/plugin-kit/backend';

/** Longest a Node timer can wait (a signed 32-bit count of milliseconds, 24.8 days); longer sleeps are made of several. */
const TIMER_MILLISECONDS_MAX = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    for (let left = milliseconds; left > 0 && signal?.aborted !== true; left -= TIMER_MILLISECONDS_MAX) {
      await wait(Math.min(left, TIMER_MILLISECONDS_MAX), signal);
    }
  },
};

function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });
}

export const clockServiceFactory = createServiceFactory({ service: clockRef, deps: {}, factory: () => systemClock });
