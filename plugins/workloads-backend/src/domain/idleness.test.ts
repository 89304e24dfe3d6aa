import fc from 'fast-check';
import { idleReleaseAt, idleSinceOf, nextIdleStep, watchUse } from './idleness';
import type { WatchedUse } from './idleness';
import type { Bucket, GpuMeasurement, Measurement } from './metrics';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const GAP_SECONDS = 90;

function gpu(utilizationPercent: number, more: Partial<GpuMeasurement> = {}): GpuMeasurement {
  return {
    index: 0,
    model: 'H200',
    simulated: false,
    utilizationPercent,
    memoryBytes: 0,
    memoryLimitBytes: 1,
    temperatureCelsius: 30,
    powerWatts: 50,
    ...more,
  };
}

function measured(cpuPercent: number, gpus: readonly GpuMeasurement[] = []): Measurement {
  return {
    cpuPercent,
    gpus,
    memoryBytes: 1,
    memoryLimitBytes: 2,
    diskBytes: 0,
    diskLimitBytes: 1,
    networkRxBytes: 0,
    networkTxBytes: 0,
    processes: 1,
  };
}

/** One measurement every ten seconds, from ten seconds on. */
const samplesOf = (...measurements: (Measurement | null)[]): Bucket[] =>
  measurements.flatMap((measurement, place) =>
    measurement === null ? [] : [{ at: (place + 1) * 10 * SECOND, measurement }],
  );

const watch = (samples: readonly Bucket[], more: { realGpus?: number[]; now?: number; known?: WatchedUse } = {}) =>
  watchUse(more.known ?? { watchedUntil: 0, quietSince: null }, {
    samples,
    realGpus: more.realGpus ?? [],
    now: more.now ?? samples.at(-1)?.at ?? 0,
    gapSeconds: GAP_SECONDS,
  }).quietSince;

const quiet = measured(0.3);
const missed = (turns: number) => Array.from({ length: turns }, () => null);

describe('an allocation has been quiet', () => {
  test.each<[string, (Measurement | null)[], number[], number | null]>([
    ['since the first of quiet measurements', [quiet, quiet, quiet], [], 10],
    ['not at all while it computes', [quiet, measured(100)], [], null],
    ['not at just the threshold of a core', [measured(5)], [], null],
    ['just below the threshold of a core', [measured(4.9)], [], 10],
    ['since it has stopped computing', [measured(100), measured(40), quiet, quiet], [], 30],
    ['not while a GPU of it computes', [measured(1, [gpu(2)])], [0], null],
    ['while its GPU does next to nothing', [measured(1, [gpu(1.9)])], [0], 10],
    ['whatever a simulated GPU shows', [measured(1, [gpu(90, { simulated: true })])], [], 10],
    ['not when one of two GPUs computes', [measured(1, [gpu(0), gpu(50, { index: 1 })])], [0, 1], null],
    ['not when a GPU of it could not be measured', [measured(1, [gpu(0)])], [0, 1], null],
    ['over a short gap', [quiet, ...missed(8), quiet], [], 10],
    ['only since a gap', [quiet, ...missed(9), quiet], [], 110],
    ['only since the first measurement, when that came late', [...missed(9), quiet], [], 100],
    ['not without measurements', [], [], null],
  ])('%s', (_name, measurements, realGpus, seconds) => {
    expect(watch(samplesOf(...measurements), { realGpus })).toBe(seconds === null ? null : seconds * SECOND);
  });

  test('until the last measurement is too long ago', () => {
    const samples = samplesOf(quiet, quiet);
    expect(watch(samples, { now: 20 * SECOND + GAP_SECONDS * SECOND })).toBe(10 * SECOND);
    expect(watch(samples, { now: 20 * SECOND + GAP_SECONDS * SECOND + 1 })).toBeNull();
  });

  const history = fc
    .array(fc.constantFrom<Measurement | null>(quiet, quiet, quiet, null, measured(80)), { maxLength: 60 })
    .map(measurements => samplesOf(...measurements));

  test('for as long as nothing but quiet was measured, without a gap, and begins with a measurement', () => {
    fc.assert(
      fc.property(history, samples => {
        const since = watch(samples);
        if (since === null) return;
        const within = samples.filter(({ at }) => at >= since);
        expect(within[0]?.at).toBe(since);
        expect(within.every(({ measurement }) => measurement === quiet)).toBe(true);
        for (const [place, { at }] of within.entries())
          expect(at - (within[place - 1]?.at ?? at)).toBeLessThanOrEqual(GAP_SECONDS * SECOND);
      }),
    );
  });

  test('just as long, in whatever pieces it was watched, though they overlap', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(60), { maxLength: 6 }), fc.nat(6), (samples, cuts, overlap) => {
        let known: WatchedUse = { watchedUntil: 0, quietSince: null };
        for (const cut of [...cuts.sort((a, b) => a - b), samples.length]) {
          const from = known.watchedUntil - overlap * 10 * SECOND;
          const piece = samples.slice(0, cut).filter(({ at }) => at > from);
          const now = Math.max(known.watchedUntil, piece.at(-1)?.at ?? 0);
          known = watchUse(known, { samples: piece, realGpus: [], now, gapSeconds: GAP_SECONDS });
        }
        expect(known.quietSince).toBe(watch(samples));
      }),
    );
  });
});

test.each([
  [null, null, null],
  [10, null, 10],
  [null, 10, null],
  // A note of activity stands for two minutes.
  [10, 100, 220],
  [500, 100, 500],
])('quiet since %p and connected at %p: idle since %p', (quietSince, connectionActiveAt, idleSince) => {
  const milliseconds = (seconds: number | null) => seconds && seconds * SECOND;
  expect(
    idleSinceOf({ quietSince: milliseconds(quietSince), connectionActiveAt: milliseconds(connectionActiveAt) }),
  ).toBe(milliseconds(idleSince));
});

describe('of an allocation that is idle since minute 0', () => {
  const step = (given: {
    at: number;
    limit: number | null;
    warned?: [at: number, idleSince: number];
    idleSince?: number | null;
  }) => {
    const { at, limit, warned, idleSince = 0 } = given;
    const next = nextIdleStep({
      idleSince: idleSince === null ? null : idleSince * MINUTE,
      warning: warned === undefined ? null : { at: warned[0] * MINUTE, idleSince: warned[1] * MINUTE },
      limitSeconds: limit === null ? null : limit * 60,
      now: at * MINUTE,
    });
    return 'releaseAt' in next ? `${next.kind} ${next.releaseAt / MINUTE}` : next.kind;
  };

  test.each<[string, Parameters<typeof step>[0], string]>([
    ['nothing happens without a limit', { at: 10_000, limit: null }, 'none'],
    ['nothing happens before the warning', { at: 54, limit: 60 }, 'none'],
    ['five minutes before the limit it is warned of', { at: 55, limit: 60 }, 'warn 60'],
    ['a warning that comes late puts the release off', { at: 57, limit: 60 }, 'warn 62'],
    ['once it was warned of it waits', { at: 59, limit: 60, warned: [55, 0] }, 'none'],
    ['at the limit it is released', { at: 60, limit: 60, warned: [55, 0] }, 'release 60'],
    ['a late warning stands for five minutes too', { at: 61, limit: 60, warned: [57, 0] }, 'none'],
    ['then it is released', { at: 62, limit: 60, warned: [57, 0] }, 'release 62'],
    ['a limit tightened far below is warned of first', { at: 300, limit: 60 }, 'warn 305'],
    ['a limit below the warning stands for five minutes', { at: 0, limit: 1 }, 'warn 5'],
    ['use takes the warning back', { at: 58, limit: 60, warned: [55, 0], idleSince: null }, 'withdraw'],
    ['use that is over takes it back too', { at: 70, limit: 60, warned: [55, 0], idleSince: 58 }, 'withdraw'],
    ['so does use that is going on', { at: 58, limit: 60, warned: [55, 0], idleSince: 59 }, 'withdraw'],
    ['a limit that was lifted takes it back', { at: 58, limit: null, warned: [55, 0] }, 'withdraw'],
    ['a limit that was widened takes it back', { at: 58, limit: 120, warned: [55, 0] }, 'withdraw'],
    [
      'a warning of before is none of this release',
      { at: 500, limit: 1, warned: [400, 0], idleSince: 450 },
      'withdraw',
    ],
  ])('%s', (_name, given, expected) => {
    expect(step(given)).toBe(expected);
  });

  test('a release is always five minutes after its warning, and never before the limit', () => {
    const minutes = fc.nat(500);
    fc.assert(
      fc.property(minutes, fc.integer({ min: 1, max: 200 }), minutes, (warnedAt, limit, at) => {
        const state = { idleSince: 0, limitSeconds: limit * 60, now: at * MINUTE };
        const next = nextIdleStep({ ...state, warning: { at: warnedAt * MINUTE, idleSince: 0 } });
        if (next.kind !== 'release') return;
        expect(at).toBeGreaterThanOrEqual(Math.max(warnedAt + 5, limit));
        expect(next.releaseAt).toBe(idleReleaseAt({ ...state, warning: { at: warnedAt * MINUTE, idleSince: 0 } }));
      }),
    );
  });
});
