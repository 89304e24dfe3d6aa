import type { Clock } from '@portico/plugin-kit/backend';
import type { LoggerService } from '@backstage/backend-plugin-api';

/** Runs `work` now and again after every pause, never twice at once, until stopped. An error is logged and does not end it. */
export function repeat(options: {
  name: string;
  intervalSeconds: number;
  clock: Clock;
  logger: LoggerService;
  work(signal: AbortSignal): Promise<void>;
}): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      try {
        await options.work(signal);
      } catch (error) {
        if (!signal.aborted) options.logger.error(`${options.name} failed and is tried again`, error as Error);
      }
      await options.clock.sleep(options.intervalSeconds * 1000, signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
