/** A stretch of time, `to` not part of it; epoch milliseconds. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** What of a span lies in none of the others, which are disjoint and in order. */
export function without(span: TimeSpan, others: readonly TimeSpan[]): TimeSpan[] {
  const left: TimeSpan[] = [];
  let { from } = span;
  for (const other of others) {
    if (other.to <= from || other.from >= span.to) continue;
    if (other.from > from) left.push({ from, to: other.from });
    from = other.to;
  }
  return from < span.to ? [...left, { from, to: span.to }] : left;
}

const MINUTE = 60_000;

/** In words a customer reads: `node-3 could not be reached from 10:02 to 10:31 UTC; that time is not charged`. To the minute, never shorter than it was. */
export function outageInWords(nodeName: string, outage: TimeSpan): string {
  const [fromDay, fromTime] = minuteOf(Math.floor(outage.from / MINUTE) * MINUTE);
  const [toDay, toTime] = minuteOf(Math.ceil(outage.to / MINUTE) * MINUTE);
  const until = fromDay === toDay ? toTime : `${toDay} ${toTime}`;
  return `${nodeName} could not be reached on ${fromDay} from ${fromTime} to ${until} UTC; that time is not charged`;
}

function minuteOf(at: number): [day: string, time: string] {
  const text = new Date(at).toISOString();
  return [text.slice(0, 10), text.slice(11, 16)];
}
