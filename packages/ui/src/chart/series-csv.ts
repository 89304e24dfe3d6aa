import type { ChartSeries } from './time-series';

/** RFC 4180: instants in UTC, one column per series, empty where there is no sample. */
export function seriesCsv(times: readonly number[], series: readonly ChartSeries[]): string {
  const header = ['time', ...series.map(one => (one.unit ? `${one.label} (${one.unit})` : one.label))];
  const rows = times.map((seconds, index) => [
    new Date(seconds * 1000).toISOString(),
    ...series.map(one => one.values[index]?.toString() ?? ''),
  ]);
  return [header, ...rows].map(row => row.map(quoted).join(',')).join('\r\n') + '\r\n';
}

/** A label may begin with a character that spreadsheets take for a formula; the quote keeps it text. */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
