import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock } from './clock';

export interface RepeatOptions {
  /** What failed, in the log. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Pick<LoggerService, 'error'>;
  /** Rest between the end of one turn and the begin of the next. */
  readonly intervalSeconds: number;
  /** Whether the first turn comes after a rest instead of at once. */
  readonly restFirst?: boolean;
  /** One turn. The signal aborts when the loop is stopped. */
  work(signal: AbortSignal): Promise<void>;
}

/** Works now and again after every rest, never twice at once, until stopped. A turn that throws is logged and does not end it. */
export function repeat(options: RepeatOptions): {
  /** Resolves when the turn under way, if any, has ended. */
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const running = run(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function run(options: RepeatOptions, signal: AbortSignal): Promise<void> {
  const rest = () => options.clock.sleep(options.intervalSeconds * 1000, signal);
  if (options.restFirst) await rest();
  while (!signal.aborted) {
    try {
      await options.work(signal);
    } catch (error) {
      if (!signal.aborted) options.logger.error(`${options.name} failed and is tried again`, error as Error);
    }
    await rest();
  }
}
