/** Durations and instants in words. Pure: the caller passes the present, so that one page shows one "now". */

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/**
 * Two leading units, truncated: `0 s`, `42 s`, `3 min 05 s`, `2 h 10 min`, `4 d 3 h`. Truncation, not rounding, so that a
 * running clock never shows time that has not passed yet.
 */
export function formatDuration(totalSeconds: number): string {
  if (!Number.isFinite(totalSeconds)) return '–';
  const seconds = Math.max(0, Math.floor(totalSeconds));
  if (seconds < MINUTE_SECONDS) return `${seconds} s`;
  if (seconds < HOUR_SECONDS) {
    const rest = seconds % MINUTE_SECONDS;
    return withRest(`${Math.floor(seconds / MINUTE_SECONDS)} min`, rest, `${String(rest).padStart(2, '0')} s`);
  }
  if (seconds < DAY_SECONDS) {
    const rest = Math.floor((seconds % HOUR_SECONDS) / MINUTE_SECONDS);
    return withRest(`${Math.floor(seconds / HOUR_SECONDS)} h`, rest, `${rest} min`);
  }
  const rest = Math.floor((seconds % DAY_SECONDS) / HOUR_SECONDS);
  return withRest(`${Math.floor(seconds / DAY_SECONDS)} d`, rest, `${rest} h`);
}

/** `just now`, `3 min ago`, `in 2 h`; from a week on the calendar date, which is what people look up by then. */
export function formatRelative(instant: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - instant.getTime()) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 10) return 'just now';
  if (distance >= 7 * DAY_SECONDS) return formatDate(instant);
  const amount = leadingUnit(distance);
  return seconds > 0 ? `${amount} ago` : `in ${amount}`;
}

/** Seconds until the text of `formatRelative` may change; a page need not tick faster. */
export function relativeTickSeconds(instant: Date, now: Date): number {
  const distance = Math.abs(now.getTime() - instant.getTime()) / 1000;
  if (distance < MINUTE_SECONDS) return 5;
  if (distance < HOUR_SECONDS) return 20;
  return 300;
}

/** `20 Nov 2026` in the reader's zone. */
export function formatDate(instant: Date): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(instant);
}

/** `20 Nov 2026, 17:04:09` in the reader's zone; `seconds: false` leaves them out. */
export function formatInstant(instant: Date, options: { seconds?: boolean } = {}): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(options.seconds === false ? {} : { second: '2-digit' }),
  }).format(instant);
}

/** `17:04:09` in the reader's zone. */
export function formatClock(instant: Date): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(instant);
}

function withRest(leading: string, rest: number, text: string): string {
  return rest > 0 ? `${leading} ${text}` : leading;
}

function leadingUnit(seconds: number): string {
  if (seconds < MINUTE_SECONDS) return `${seconds} s`;
  if (seconds < HOUR_SECONDS) return `${Math.floor(seconds / MINUTE_SECONDS)} min`;
  if (seconds < DAY_SECONDS) return `${Math.floor(seconds / HOUR_SECONDS)} h`;
  return `${Math.floor(seconds / DAY_SECONDS)} d`;
}
