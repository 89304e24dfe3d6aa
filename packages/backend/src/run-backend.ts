import type { PorticoBackend } from './portico-backend';
import { redactText } from './services/observability/redaction';
import { startProblem } from './start-problem';

/** Seconds from the signal to the end of the process, whatever still hangs: draining takes ten, and service managers lose patience at thirty. */
const STOP_SECONDS_MAX = 25;

/** Milliseconds in which a second signal is the echo of the first: a terminal signals everyone, and whoever started us passes it on. */
const ECHO_MILLISECONDS = 1_000;

/** Starts, says where, and ends with the process. Backstage stops the backend on SIGTERM and SIGINT; here is what happens when that hangs. */
export async function runBackend(backend: PorticoBackend): Promise<void> {
  process.on('uncaughtException', error =>
    end('An error was not handled; the portal stops rather than go on in an unknown state', error),
  );
  process.on('unhandledRejection', reason =>
    end('A rejected promise was not handled; the portal stops rather than go on in an unknown state', reason),
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(
        () => end(`The portal did not stop within ${STOP_SECONDS_MAX} s`, 'what had not finished is cut off'),
        STOP_SECONDS_MAX * 1000,
      ).unref();
      setTimeout(
        () => process.once(signal, () => end('Told to stop twice', 'what had not finished is cut off')),
        ECHO_MILLISECONDS,
      ).unref();
    });
  }
  try {
    const { url } = await backend.start();
    process.stdout.write(`\nPortico is ready: ${url}\n\n`);
  } catch (error) {
    process.stderr.write(`\nPortico did not start.\n${startProblem(error)}\n\n`);
    process.exit(1);
  }
}

function end(sentence: string, cause: unknown): never {
  process.stderr.write(
    `${redactText(`${sentence}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`)}\n`,
  );
  process.exit(1);
}
