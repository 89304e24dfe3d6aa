import { Reader, until } from '../local/testing/sandbox-bench';
import type { WorkloadBench } from './workload-bench';

/** What every runtime's shells do, whatever they run in. `one` is provisioned already. */
export function itKeepsShells(
  benchOf: () => WorkloadBench,
  { REPLAY_BYTES, OUTPUT_WINDOW_BYTES }: { REPLAY_BYTES: number; OUTPUT_WINDOW_BYTES: number },
): void {
  let bench: WorkloadBench;
  beforeAll(() => {
    bench = benchOf();
  });

  async function open(
    sessionId: string,
    options: { afterSeq?: number; acknowledge?: boolean; cols?: number; rows?: number } = {},
  ): Promise<Reader> {
    const { afterSeq, acknowledge, cols = 80, rows = 24 } = options;
    const shell = await bench.runtime.openShell(bench.instance('one'), {
      sessionId,
      cols,
      rows,
      ...(afterSeq === undefined ? {} : { afterSeq }),
    });
    return new Reader(shell, acknowledge);
  }

  /** A prompt that cannot be confused with the echo of what was typed. */
  async function ready(reader: Reader): Promise<Reader> {
    reader.type("PS1='$ '; stty -echo; echo rea''dy\n");
    await reader.sees(/ready\r\n/);
    return reader;
  }

  it('is a terminal of the workload’s own, in the size it was given', async () => {
    const reader = await ready(await open('tty', { cols: 101, rows: 31 }));
    reader.type('tty; stty size; echo $SHELL\n');
    await reader.sees(/\/dev\/pts\/\d+\r\n31 101\r\n\/bin\/bash/);
    reader.shell.resize({ cols: 77, rows: 11 });
    await until('the new size', async () => {
      reader.type('stty size\n');
      return /\n11 77\r/.test(reader.text);
    });
    reader.type('exec 3</dev/tty && echo o""pen; tmux -f /dev/null new -d && tmux ls && tmux kill-server\n');
    await reader.sees(/open\r\n/);
    reader.shell.terminate();
    await until('the end', () => reader.end);
  });

  it('reports the exit code, after the last byte', async () => {
    const reader = await ready(await open('exit'));
    reader.type('head -c 300000 /dev/zero | tr "\\0" x; echo; echo la""st; exit 9\n');
    await until('the end', () => reader.end);
    expect(reader.end).toEqual({ exitCode: 9, reason: 'exited' });
    expect(reader.text).toMatch(/x\r\nlast\r\n/);
    const late = await open('exit', { afterSeq: reader.lastSeq });
    await until('the end again', () => late.end);
    expect(late.end).toEqual({ exitCode: 9, reason: 'exited' });
  });

  it('keeps running when nobody is attached, and replays from where the reader left', async () => {
    const first = await ready(await open('replay'));
    first.type('for i in 1 2 3; do echo line-$i; done; read x; for i in 4 5 6; do echo line-$i; done; echo do""ne\n');
    await first.sees(/line-3\r\n/);
    const { lastSeq } = first;
    first.type('\n');
    first.shell.detach();
    const second = await open('replay', { afterSeq: lastSeq });
    await second.sees(/done\r\n/);
    expect(second.shell.fromSeq).toBe(lastSeq);
    expect(second.text).not.toMatch(/line-3/);
    expect(second.text).toMatch(/line-4\r\nline-5\r\nline-6\r\ndone/);
    expect(second.gaps).toEqual([]);
    const whole = await open('replay');
    await whole.sees(/line-1[^]*line-6[^]*done/);
    expect(whole.shell.fromSeq).toBe(0);
  });

  it('says what was lost when more was written than is kept', async () => {
    const first = await ready(await open('gap'));
    const { lastSeq } = first;
    first.type(
      `read x; head -c ${REPLAY_BYTES + 100_000} /dev/zero | tr "\\0" y; echo; touch ~/written; echo writ""ten\n`,
    );
    first.type('\n');
    first.shell.detach();
    await until(
      'the shell to have written it all',
      async () => (await bench.run('one', 'test -e ~/written')).exitCode === 0,
    );
    const second = await open('gap', { afterSeq: lastSeq });
    await second.sees(/written\r\n/);
    expect(second.shell.fromSeq).toBeGreaterThan(lastSeq);
    expect(second.gaps).toEqual([{ fromSeq: lastSeq, toSeq: second.shell.fromSeq }]);
    expect(second.bytes).toBe(second.lastSeq - second.shell.fromSeq);
  });

  it('stops the program of a reader that does not acknowledge, and loses nothing', async () => {
    // Far more than windows and pipes on the way hold together.
    const total = 8 * 1024 * 1024;
    const reader = await ready(await open('slow', { acknowledge: false }));
    const start = reader.lastSeq;
    reader.type(`head -c ${total} /dev/zero | tr "\\0" z; echo; touch ~/unblocked; echo fin""ished\n`);
    await until('the window to fill', () => reader.lastSeq - 0 >= OUTPUT_WINDOW_BYTES || undefined);
    expect(reader.lastSeq).toBeLessThanOrEqual(OUTPUT_WINDOW_BYTES);
    expect((await bench.run('one', 'test -e ~/unblocked')).exitCode).toBe(1);
    const pump = setInterval(() => reader.shell.acknowledge(reader.lastSeq), 1);
    await reader.sees(/finished\r\n/);
    clearInterval(pump);
    expect(reader.lastSeq - start).toBeGreaterThan(total);
    expect(reader.bytes).toBe(reader.lastSeq - reader.shell.fromSeq);
  });

  it('cuts off a stalled reader that holds up another', async () => {
    const stalled = await ready(await open('stalled', { acknowledge: false }));
    const other = await open('stalled');
    other.type(`head -c ${3 * OUTPUT_WINDOW_BYTES} /dev/zero | tr "\\0" w; echo; echo thr""ough\n`);
    await other.sees(/through\r\n/);
    expect(stalled.end).toEqual({ exitCode: null, reason: 'lost' });
    expect(other.gaps).toEqual([]);
  });

  it('takes a paste larger than the terminal’s buffer, pausing the writer instead of losing it', async () => {
    const reader = await ready(await open('paste'));
    // Raw: a canonical line is limited to 4096 bytes by the kernel.
    reader.type('stty raw -echo; echo go""; head -c 3000000 > ~/pasted; stty sane -echo; wc -c < ~/pasted\n');
    await reader.sees(/go/);
    let drained = 0;
    reader.shell.onDrain(() => drained++);
    const accepted = reader.shell.write(Buffer.alloc(3_000_000, 'p'));
    expect(accepted).toBe(false);
    await reader.sees(/3000000/);
    expect(drained).toBeGreaterThan(0);
  });

  it('still delivers acknowledgements while input is stuck, so that an echoing program cannot deadlock', async () => {
    const reader = await ready(await open('echo'));
    reader.type('stty raw -echo; echo go""; dd bs=4096 iflag=fullblock count=750 2>/dev/null\n');
    await reader.sees(/go/);
    const start = reader.bytes;
    reader.shell.write(Buffer.alloc(750 * 4096, 'e'));
    await until('everything to come back', () => reader.bytes - start >= 750 * 4096);
  });

  it('shows two readers the same bytes, and takes input from both', async () => {
    const one = await ready(await open('shared'));
    const two = await open('shared');
    two.type('echo from-t""wo\n');
    await Promise.all([one.sees(/from-two\r\n/), two.sees(/from-two\r\n/)]);
    one.shell.detach();
    two.type('echo st""ill\n');
    await two.sees(/still\r\n/);
  });

  it('tells its readers that the allocation was released', async () => {
    await bench.provision('short');
    const reader = new Reader(
      await bench.runtime.openShell(bench.instance('short'), { sessionId: 's', cols: 80, rows: 24 }),
    );
    await bench.runtime.release({ ...bench.instance('short'), fencingToken: 2 });
    await until('the end', () => reader.end);
    expect(reader.end).toEqual({ exitCode: null, reason: 'released' });
    await expect(
      bench.runtime.openShell(bench.instance('short'), { sessionId: 's', cols: 80, rows: 24 }),
    ).rejects.toMatchObject({ code: 'instance_missing' });
  });
}
