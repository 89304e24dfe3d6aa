/** Periods of a chart or a report. Days and months are those of UTC, as the ledger and invoices have them. */
export const periods = {
  '7d': { label: 'Last 7 days', interval: 'day', days: 7 },
  '30d': { label: 'Last 30 days', interval: 'day', days: 30 },
  month: { label: 'This month', interval: 'day', days: null },
  last_month: { label: 'Last month', interval: 'day', days: null },
  '12m': { label: 'Last 12 months', interval: 'month', days: null },
} as const;
export type PeriodName = keyof typeof periods;
export const periodNames = Object.keys(periods) as PeriodName[];
export const periodOptions = periodNames.map(value => ({ value, label: periods[value].label }));

export function isPeriod(value: string | undefined): value is PeriodName {
  return value !== undefined && Object.hasOwn(periods, value);
}

const DAY_MILLISECONDS = 86_400_000;
const MONTHS = 12;

/** From its first instant to the one after its last, both at midnight UTC: the same all day long, so that what was read once is found again. */
export function instantsOf(name: PeriodName, now: Date): { from: string; to: string } {
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  const tomorrow = Date.UTC(year, month, now.getUTCDate()) + DAY_MILLISECONDS;
  const spans: Readonly<Record<PeriodName, readonly [number, number]>> = {
    '7d': [tomorrow - 7 * DAY_MILLISECONDS, tomorrow],
    '30d': [tomorrow - 30 * DAY_MILLISECONDS, tomorrow],
    month: [Date.UTC(year, month), tomorrow],
    last_month: [Date.UTC(year, month - 1), Date.UTC(year, month)],
    '12m': [Date.UTC(year, month - MONTHS + 1), tomorrow],
  };
  const [from, to] = spans[name];
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
