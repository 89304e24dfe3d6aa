import { createLocalRuntime } from '../local-runtime';
import { request } from './requests';
import type { LocalRuntimeOptions } from '../local-runtime';

/**
 * A backend of its own, for tests that kill it or run it as another user. Takes its options as JSON, provisions one allocation, runs the
 * lines it was given, opens a shell, says what it saw, and then waits to be killed, or releases when told so.
 */
interface Orders {
  options: Pick<LocalRuntimeOptions, 'stateDirectory' | 'isolation' | 'assetsDirectory'>;
  allocationId: string;
  lines: string[];
  shellInput: string | null;
  release: boolean;
}

async function main(): Promise<void> {
  const orders = JSON.parse(process.argv[2] as string) as Orders;
  const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
  const runtime = createLocalRuntime({
    ...orders.options,
    simulatedNodes: {},
    clock: { now: () => Date.now() },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    protectedPaths: [],
    nvidiaSmi: () => Promise.reject(new Error('no GPU here')),
  });
  const asked = request(orders.allocationId);
  await runtime.provision(asked);
  for (const line of orders.lines) {
    const command = await runtime.exec(asked, { command: { kind: 'command', line }, pty: null, environment: {} });
    const exited = new Promise<{ exitCode: number | null }>(done => command.onExit(done));
    let output = '';
    for (const stream of [command.stdio, command.stderr]) stream.on('data', chunk => (output += String(chunk)));
    command.stdio.end();
    await Promise.all([command.stdio, command.stderr].map(stream => new Promise(done => stream.once('end', done))));
    say({ line, output, exitCode: (await exited).exitCode });
  }
  if (orders.shellInput !== null) {
    const shell = await runtime.openShell(asked, { sessionId: 'main', cols: 80, rows: 24 });
    shell.onOutput((chunk, seq) => say({ seq: seq + chunk.length, text: Buffer.from(chunk).toString('utf8') }));
    shell.write(Buffer.from(orders.shellInput));
    return;
  }
  if (orders.release) {
    await runtime.release({ ...asked, fencingToken: 2 });
    say({ released: await runtime.observe(asked) });
  }
}

void main();
