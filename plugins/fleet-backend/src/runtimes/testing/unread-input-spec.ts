import type { ExecProcess, ExecRequest } from '@portico/plugin-fleet/port';
import { collect } from '../local/testing/sandbox-bench';
import type { WorkloadBench } from './workload-bench';

/** Output as lengths and a tail: a difference of megabytes says nothing to a reader. */
interface Seen {
  bytes: number;
  tail: string;
  errors: string;
  exitCode: number | null;
  signal: string | null;
}

const terminal = { term: 'xterm', cols: 80, rows: 24 };
const MEGABYTE = 1_000_000;
/** Output is counted from here: a terminal echoes what comes before it is told not to. */
const MARK = 'MARK';

/** The kernel may still print the echo of what came before `stty` when the program has begun to write: of the zeros that are sent, and of nothing that is printed on purpose. */
function withoutEcho(output: Buffer): Buffer {
  return Buffer.from(output.toString('latin1').replaceAll('^@', ''), 'latin1');
}

/** A program need not read what it is given, and still has things to say and a way to end. `one` is provisioned already. */
export function itForgivesUnreadInput(benchOf: () => WorkloadBench): void {
  let bench: WorkloadBench;
  beforeAll(() => {
    bench = benchOf();
  });

  async function feed(
    line: string,
    pty: ExecRequest['pty'],
    write: (process: ExecProcess) => void,
    { readLate = false } = {},
  ): Promise<Seen> {
    const process = await bench.runtime.exec(bench.instance('one'), {
      command: { kind: 'command', line },
      pty,
      environment: {},
    });
    let errors = '';
    const exited = new Promise<Pick<Seen, 'exitCode' | 'signal'>>(done => process.onExit(done));
    write(process);
    if (readLate) await exited;
    const chunks: Buffer[] = [];
    process.stdio.on('data', (chunk: Buffer) => chunks.push(chunk));
    process.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('latin1')));
    await Promise.all([process.stdio, process.stderr].map(stream => new Promise(done => stream.once('end', done))));
    const output = pty === null ? Buffer.concat(chunks) : withoutEcho(Buffer.concat(chunks));
    const begin = output.indexOf(MARK) + MARK.length;
    return {
      bytes: output.length - begin,
      tail: output.subarray(begin).toString('latin1').slice(-5),
      errors,
      ...(await exited),
    };
  }

  describe.each([
    ['without a terminal', null, `printf ${MARK}; `],
    ['on a terminal', terminal, `stty raw -echo; printf ${MARK}; `],
  ])('a command %s keeps its output and its exit code when', (_name, pty, prepare) => {
    it.each([
      ['it reads nothing of a little', 100, 'echo done; exit 3'],
      ['it reads nothing of much', 10 * MEGABYTE, 'echo done; exit 3'],
      ['it reads a part of a little', 100, 'head -c 1 >/dev/null; echo done; exit 3'],
      ['it reads a part of much', 10 * MEGABYTE, 'head -c 1 >/dev/null; sleep 0.2; echo done; exit 3'],
    ])('%s', async (_what, length, line) => {
      const { tail, errors, exitCode } = await feed(prepare + line, pty, ({ stdio }) =>
        stdio.end(Buffer.alloc(length)),
      );
      expect({ tail: tail.trim(), errors, exitCode }).toEqual({ tail: 'done', errors: '', exitCode: 3 });
    });

    it('it ends at once, whatever comes', async () => {
      const { exitCode, errors } = await feed('true', pty, ({ stdio }) => stdio.end(Buffer.alloc(10 * MEGABYTE)));
      expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    });

    it.each([
      ['a reader who is there', false],
      ['a reader who comes late', true],
    ])('it closes its input and goes on writing, for %s', async (_reader, readLate) => {
      // A late reader must not stop the program, or it would never come.
      const length = readLate ? 50_000 : 5 * MEGABYTE;
      const line = `${prepare}exec <&-; head -c ${length} /dev/zero; echo bad >&2; exit 4`;
      const seen = await feed(line, pty, ({ stdio }) => stdio.write(Buffer.alloc(10 * MEGABYTE)), { readLate });
      const onTerminal = pty !== null;
      expect(seen).toMatchObject({ exitCode: 4, errors: onTerminal ? '' : 'bad\n' });
      expect(seen.bytes).toBe(length + (onTerminal ? 'bad\n'.length : 0));
    });

    it('its input is ended early', async () => {
      const line = `${prepare}head -c 2 >/dev/null; head -c ${MEGABYTE} /dev/zero; exit 6`;
      const seen = await feed(line, pty, ({ stdio }) => stdio.end('no'));
      expect(seen).toMatchObject({ exitCode: 6, bytes: MEGABYTE });
    });

    it('a signal ends it before its input was read', async () => {
      const seen = await feed(`${prepare}echo up; kill -TERM $$`, pty, ({ stdio }) =>
        stdio.write(Buffer.alloc(MEGABYTE)),
      );
      expect(seen).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
      expect(seen.tail.trim()).toBe('up');
    });
  });

  it('input nobody will read is taken and forgotten, so that whoever sends it comes to the end of it', async () => {
    const process = await bench.runtime.exec(bench.instance('one'), {
      command: { kind: 'command', line: 'exec <&-; echo closed; sleep 700' },
      pty: null,
      environment: {},
    });
    await new Promise(done => process.stdio.once('data', done));
    for (let sent = 0; sent < 20; sent += 1)
      await new Promise(done => process.stdio.write(Buffer.alloc(MEGABYTE), done));
    const exited = new Promise(done => process.onExit(done));
    process.signal('TERM');
    expect(await exited).toEqual({ exitCode: null, signal: 'SIGTERM' });
    process.stdio.destroy();
  });

  it('input that will be read waits for its reader', async () => {
    const process = await bench.runtime.exec(bench.instance('one'), {
      command: { kind: 'command', line: 'until test -e ~/go; do sleep 0.05; done; wc -c' },
      pty: null,
      environment: {},
    });
    let isTaken = false;
    process.stdio.write(Buffer.alloc(10 * MEGABYTE), () => (isTaken = true));
    process.stdio.end();
    expect((await bench.run('one', 'true')).exitCode).toBe(0);
    expect(isTaken).toBe(false);
    await bench.run('one', 'touch ~/go');
    expect((await collect(process.stdio)).trim()).toBe(String(10 * MEGABYTE));
  });
}
