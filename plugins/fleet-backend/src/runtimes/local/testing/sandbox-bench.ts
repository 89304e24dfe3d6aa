import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalRuntime } from '../local-runtime';
import { node, request, simulatedGpus } from './requests';
import type { LocalRuntime, LocalRuntimeOptions } from '../local-runtime';
import type { ExecRequest, InstanceRef, Runtime, ShellAttachment } from '../port';

const packageDirectory = join(__dirname, '../../../..');

/** Real bundles, built once per test file; parallel test files do not share a directory. */
export function buildAssets(): { directory: string; remove: () => void } {
  const directory = join(packageDirectory, 'dist', `test-${process.pid}`);
  execFileSync(process.execPath, [join(packageDirectory, 'build-runtime.mjs'), directory]);
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** A program with a backend of its own; see `driver.ts`. */
export function buildDriver(directory: string): string {
  const outfile = join(directory, 'driver.cjs');
  const entry = join(__dirname, 'driver.ts');
  execFileSync(process.execPath, [require.resolve('esbuild/bin/esbuild'), entry, '--bundle', '--platform=node', '--format=cjs', `--outfile=${outfile}`, '--log-level=warning']); // prettier-ignore
  return outfile;
}

/** A runtime on a state directory of its own, which releases everything it made. */
export class SandboxBench {
  readonly stateDirectory: string;
  private readonly base: string;
  readonly runtime: LocalRuntime;
  private readonly options: LocalRuntimeOptions;

  constructor(assetsDirectory: string, changes: Partial<LocalRuntimeOptions> = {}) {
    const base = mkdtempSync(join(tmpdir(), 'portico-runtime-'));
    chmodSync(base, 0o755);
    this.base = base;
    this.stateDirectory = changes.stateDirectory ?? join(base, 'state');
    this.options = {
      stateDirectory: this.stateDirectory,
      isolation: 'util-linux',
      simulatedNodes: { 'local-1': simulatedGpus(0, 1, 2, 3, 4, 5, 6, 7) },
      assetsDirectory,
      clock: { now: () => Date.now() },
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      protectedPaths: [],
      nvidiaSmi: () => Promise.reject(new Error('no GPU here')),
      ...changes,
    };
    this.runtime = createLocalRuntime(this.options);
  }

  /** A second runtime on the same state, as after a restart. */
  again(changes: Partial<LocalRuntimeOptions> = {}): LocalRuntime {
    return createLocalRuntime({ ...this.options, ...changes });
  }

  instance(allocationId: string): InstanceRef {
    return { allocationId, node };
  }

  provision(allocationId: string) {
    return this.runtime.provision(request(allocationId));
  }

  run(allocationId: string, line: string, changes: Partial<ExecRequest> = {}) {
    return runLine(this.runtime, this.instance(allocationId), { line, ...changes });
  }

  async close(): Promise<void> {
    this.runtime.close();
    for (const { allocationId } of await this.runtime.list(node)) {
      await this.runtime.release({ allocationId, node, fencingToken: Number.MAX_SAFE_INTEGER });
    }
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** Runs a line in the workload; output of both streams, and how it ended. */
export async function runLine(
  runtime: Runtime,
  instance: InstanceRef,
  { line, ...changes }: { line: string } & Partial<ExecRequest>,
): Promise<{ output: string; exitCode: number | null; signal: string | null }> {
  const command = { kind: 'command', line } as const;
  const process = await runtime.exec(instance, { command, pty: null, environment: {}, ...changes });
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>(done => process.onExit(done));
  process.stdio.end();
  const [stdout, stderr] = await Promise.all([collect(process.stdio), collect(process.stderr)]);
  return { output: stdout + stderr, ...(await exited) };
}

export async function collect(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/** Waits for a condition by asking it again, with a deadline that names it. */
export async function until<T>(what: string, ask: () => T | Promise<T>, deadlineMs = 15_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + deadlineMs; ;) {
    const answer = await ask();
    if (answer) return answer as NonNullable<T>;
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}`);
    await new Promise(done => setTimeout(done, 10));
  }
}

/** A reader of a shell that keeps what it saw and acknowledges it at once, unless told not to. */
export class Reader {
  text = '';
  lastSeq: number;
  bytes = 0;
  gaps: { fromSeq: number; toSeq: number }[] = [];
  end: { exitCode: number | null; reason: string } | null = null;

  constructor(
    readonly shell: ShellAttachment,
    acknowledge = true,
  ) {
    this.lastSeq = shell.fromSeq;
    shell.onGap(gap => this.gaps.push(gap));
    shell.onClose(end => (this.end = end));
    shell.onOutput((chunk, seq) => {
      this.text = (this.text + Buffer.from(chunk).toString('utf8')).slice(-200_000);
      this.bytes += chunk.length;
      this.lastSeq = seq + chunk.length;
      if (acknowledge) shell.acknowledge(this.lastSeq);
    });
  }

  type(text: string): void {
    this.shell.write(Buffer.from(text));
  }

  sees(pattern: RegExp): Promise<true> {
    return until(
      `${pattern} in ${JSON.stringify(this.text.slice(-500))}`,
      () => pattern.test(this.text) || undefined,
    ) as Promise<true>;
  }
}

export function mechanisms(): ('bubblewrap' | 'util-linux')[] {
  try {
    execFileSync('bwrap', ['--version'], { stdio: 'ignore' });
    return ['bubblewrap', 'util-linux'];
  } catch {
    process.stderr.write('SKIPPED: the bubblewrap half of the sandbox tests, because bwrap is not installed here.\n');
    return ['util-linux'];
  }
}
