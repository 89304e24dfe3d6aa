import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock } from '@portico/plugin-kit/backend';

/** Runs `turn` again and again, a pause between the end of one and the start of the next. A turn that throws is logged and nothing more. */
export function startLoop(options: {
  name: string;
  clock: Clock;
  intervalSeconds: number;
  logger: LoggerService;
  turn(signal: AbortSignal): Promise<void>;
}): { stop(): Promise<void> } {
  const { clock, logger } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      await clock.sleep(options.intervalSeconds * 1000, signal);
      if (signal.aborted) return;
      try {
        await options.turn(signal);
      } catch (error) {
        logger.error(`${options.name}: this turn failed, the next one follows`, error as Error);
      }
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Works on all items, so many at a time. */
export async function inParallel<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
