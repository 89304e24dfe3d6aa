import {
  CONNECTION_ACTIVITY_SECONDS,
  IDLE_CPU_PERCENT_BELOW,
  IDLE_GPU_PERCENT_BELOW,
  IDLE_WARNING_SECONDS,
} from '@portico/plugin-workloads/contract';
import type { Bucket, Measurement } from './metrics';

/**
 * Since when nobody uses an allocation, and what follows from it. Invariants:
 * - idle is what was seen to be: an unbroken row of measurements, all of them quiet, and no connection that moved bytes. A gap between measurements, or up to
 *   now, ends idleness as use does, whatever the gap comes from;
 * - what was measured is added a piece at a time; pieces may overlap, and cutting it in others makes no difference;
 * - nothing is released that was not announced, for this very idleness, `IDLE_WARNING_SECONDS` before.
 */
export interface WatchedUse {
  /** The last measurement looked at, epoch milliseconds. */
  readonly watchedUntil: number;
  /** Since when measurements have been quiet without a gap. */
  readonly quietSince: number | null;
}

export interface MeasuredUse {
  /** Ascending. */
  readonly samples: readonly Bucket[];
  /** Indexes of the GPUs it holds that exist. A measurement without one of them tells too little. */
  readonly realGpus: readonly number[];
  readonly now: number;
  /** Measurements further apart leave a gap. */
  readonly gapSeconds: number;
}

export function watchUse(known: WatchedUse, measured: MeasuredUse): WatchedUse {
  const gap = measured.gapSeconds * 1000;
  let { watchedUntil, quietSince } = known;
  for (const { at, measurement } of measured.samples) {
    if (!tellsEnough(measurement, measured.realGpus)) continue;
    if (at - watchedUntil > gap) quietSince = null;
    quietSince = isQuiet(measurement) ? (quietSince ?? at) : null;
    watchedUntil = Math.max(watchedUntil, at);
  }
  return { watchedUntil, quietSince: measured.now - watchedUntil > gap ? null : quietSince };
}

function tellsEnough({ gpus }: Measurement, realGpus: readonly number[]): boolean {
  return realGpus.every(index => gpus.some(gpu => gpu.index === index && !gpu.simulated));
}

function isQuiet({ cpuPercent, gpus }: Measurement): boolean {
  return (
    cpuPercent < IDLE_CPU_PERCENT_BELOW &&
    gpus.every(gpu => gpu.simulated || gpu.utilizationPercent < IDLE_GPU_PERCENT_BELOW)
  );
}

/** A note of activity counts for two turns of writing it down: of two connections each may have found the other's note fresh enough. */
const ACTIVITY_COUNTS_SECONDS = 2 * CONNECTION_ACTIVITY_SECONDS;

/** Lies ahead of now while a connection counts as used. */
export function idleSinceOf(use: { quietSince: number | null; connectionActiveAt: number | null }): number | null {
  if (use.quietSince === null || use.connectionActiveAt === null) return use.quietSince;
  return Math.max(use.quietSince, use.connectionActiveAt + ACTIVITY_COUNTS_SECONDS * 1000);
}

/** A release that was announced, and the idleness it was announced for. */
export interface IdleWarning {
  readonly at: number;
  readonly idleSince: number;
}

export interface IdleState {
  readonly idleSince: number | null;
  readonly warning: IdleWarning | null;
  /** Null: it may be idle forever. */
  readonly limitSeconds: number | null;
}

/** When it is released unless it is used: at the limit, and not before its warning has stood for long enough. */
export function idleReleaseAt({ idleSince, warning, limitSeconds }: IdleState): number | null {
  if (idleSince === null || limitSeconds === null) return null;
  // Of a warning that is still to come, its soonest.
  const warnedAt = warning?.idleSince === idleSince ? warning.at : idleSince;
  return Math.max(idleSince + limitSeconds * 1000, warnedAt + IDLE_WARNING_SECONDS * 1000);
}

export type IdleStep =
  | { readonly kind: 'none' | 'withdraw' }
  | { readonly kind: 'warn' | 'release'; readonly idleSince: number; readonly releaseAt: number };

/** What is to be done about it now. */
export function nextIdleStep(state: IdleState & { readonly now: number }): IdleStep {
  const { idleSince, warning, limitSeconds, now } = state;
  if (idleSince === null || idleSince > now || limitSeconds === null)
    return { kind: warning === null ? 'none' : 'withdraw' };
  const warnAt = idleSince + (limitSeconds - IDLE_WARNING_SECONDS) * 1000;
  // It was used since, or may be idle for longer: that warning is none of this release.
  if (warning !== null && (warning.idleSince !== idleSince || now < warnAt)) return { kind: 'withdraw' };
  if (now < warnAt) return { kind: 'none' };
  const releaseAt = idleReleaseAt({ ...state, warning: warning ?? { at: now, idleSince } }) ?? Infinity;
  if (warning === null) return { kind: 'warn', idleSince, releaseAt };
  return now < releaseAt ? { kind: 'none' } : { kind: 'release', idleSince, releaseAt };
}
