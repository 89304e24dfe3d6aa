import { TestClock, waitFor } from '@portico/plugin-kit/testing';
import fc from 'fast-check';
import type { RecordingPiece, RecordingProgress } from '../store/recordings';
import { OutputRecorder } from './output-recorder';

const START = 1_700_000_000_500;
const origin = {
  recordingId: 'rec_1',
  connectionId: 'conn_1',
  connection: 'terminal',
  allocationId: 'alloc_1',
  organizationId: 'org_1',
  projectId: 'proj_1',
  userId: 'usr_1',
  columns: 80,
  rows: 24,
  startedAt: START,
} as const;

/** What a database would hold, which is away while a test says so. */
class Shelf {
  readonly pieces = new Map<number, string>();
  progress: RecordingProgress | undefined;
  isAway = false;
  attempts = 0;
  write = async (progress: RecordingProgress, pieces: readonly RecordingPiece[]) => {
    this.attempts += 1;
    if (this.isAway) throw new Error('the database is away');
    for (const { position, text } of pieces) {
      // Written twice it must be the same, or what was written first would stand beside what follows the second.
      expect(this.pieces.get(position) ?? text).toBe(text);
      this.pieces.set(position, text);
    }
    this.progress = progress;
  };
  get text(): string {
    return [...this.pieces]
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text)
      .join('');
  }
  get lines(): [{ version: number; width: number; height: number; timestamp: number }, ...[number, string, string][]] {
    return this.text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as never) as never;
  }
  shown(kind = 'o'): string {
    const [, ...events] = this.lines;
    return events.flatMap(event => (event[1] === kind ? [event[2]] : [])).join('');
  }
}

let clock: TestClock;
let shelf: Shelf;
const warnings: string[] = [];
const recorder = (limits: { recordingBytesMax?: number; waitingBytesMax?: number } = {}) =>
  new OutputRecorder({
    clock,
    logger: { warn: message => void warnings.push(message) },
    origin,
    write: shelf.write,
    ...limits,
  });

beforeEach(() => {
  clock = new TestClock(START);
  shelf = new Shelf();
  warnings.length = 0;
});
afterEach(() => waitFor(() => clock.sleepers === 0, 'every timer to be gone'));

it('is an asciicast: a header, output and sizes, each at its time', async () => {
  const recording = recorder();
  recording.output(Buffer.from('$ ls\r\n'));
  await clock.advance(1_250);
  recording.resize({ cols: 100, rows: 30 });
  recording.output(Buffer.from('\u001b[1mbold\u001b[0m'));
  expect(await recording.end()).toBe(true);
  expect(shelf.lines).toEqual([
    { version: 2, width: 80, height: 24, timestamp: Math.floor(START / 1000) },
    [0, 'o', '$ ls\r\n'],
    [1.25, 'r', '100x30'],
    [1.25, 'o', '\u001b[1mbold\u001b[0m'],
  ]);
  expect(shelf.progress).toEqual({
    lastEventAt: START + 1_250,
    sizeBytes: Buffer.byteLength(shelf.text),
    isTruncated: false,
    isIncomplete: false,
  });
});

it('keeps every character, wherever its bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.array(fc.nat(20)), async (text, cuts) => {
      shelf = new Shelf();
      const recording = recorder();
      const bytes = Buffer.from(`\ufeff${text}`);
      let from = 0;
      for (const length of cuts) {
        recording.output(bytes.subarray(from, from + length));
        from += length;
      }
      recording.output(bytes.subarray(from));
      await recording.end();
      expect(shelf.shown()).toBe(`\ufeff${text}`);
    }),
  );
});

it('writes after two seconds at the latest, and at once when much has come together', async () => {
  const recording = recorder();
  recording.output(Buffer.from('a'));
  await clock.advance(1_900);
  expect(shelf.attempts).toBe(0);
  await clock.advance(100);
  await waitFor(() => shelf.shown() === 'a');
  recording.output(Buffer.alloc(70_000, 'b'));
  await waitFor(() => shelf.shown().length === 70_001, 'without any time passing');
  await recording.end();
});

it('goes on beside a database that is away, leaves out what it cannot hold, and says so where it is missing', async () => {
  const recording = recorder({ waitingBytesMax: 200_000 });
  shelf.isAway = true;
  recording.output(Buffer.alloc(150_000, 'a'));
  await waitFor(() => warnings.length === 1);
  for (let times = 0; times < 1_000; times += 1) recording.output(Buffer.alloc(100_000, 'b'));
  // It does not hammer on what is away.
  expect(shelf.attempts).toBe(1);
  expect(await recording.end()).toBe(false);
  shelf.isAway = false;
  expect(await recording.end()).toBe(true);
  expect(shelf.shown()).toBe('a'.repeat(150_000));
  expect(shelf.shown('m')).toBe('100000000 bytes of output are missing here: they could not be written down in time.');
  expect(shelf.progress).toMatchObject({ isIncomplete: true });
});

it('catches up when the database is back, and records on', async () => {
  const recording = recorder({ waitingBytesMax: 200_000 });
  shelf.isAway = true;
  recording.output(Buffer.from('before '));
  await clock.advance(2_000);
  await waitFor(() => warnings.length === 1);
  recording.output(Buffer.from('meanwhile '));
  shelf.isAway = false;
  await clock.advance(2_000);
  await waitFor(() => shelf.pieces.size > 0 && shelf.shown().includes('meanwhile'));
  recording.output(Buffer.from('after'));
  await recording.end();
  expect(shelf.shown()).toBe('before meanwhile after');
  expect(shelf.progress).toMatchObject({ isIncomplete: false });
});

it('ends at its largest size with a word about it, and takes nothing more', async () => {
  const recording = recorder({ recordingBytesMax: 1_000 });
  recording.output(Buffer.alloc(600, 'a'));
  recording.output(Buffer.alloc(600, 'b'));
  recording.output(Buffer.from('c'));
  recording.resize({ cols: 1, rows: 1 });
  await recording.end();
  expect(shelf.shown()).toBe('a'.repeat(600));
  expect(shelf.shown('m')).toBe('The recording ends here: it has reached its largest size.');
  expect(shelf.progress).toMatchObject({ isTruncated: true, isIncomplete: false });
});
