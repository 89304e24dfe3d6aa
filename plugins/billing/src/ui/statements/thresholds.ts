/** As the operation takes them. */
const PERCENT_MAX = 1_000;
const COUNT_MAX = 10;

/** `50, 75, 100` as ascending percents without doubles; null when that is not what it says. */
export function readThresholds(text: string): number[] | null {
  const parts = text.split(/[\s,;%]+/).filter(part => part !== '');
  const percents = [...new Set(parts.map(Number))].sort((one, other) => one - other);
  const isValid = (percent: number) => Number.isInteger(percent) && percent >= 1 && percent <= PERCENT_MAX;
  return percents.length > 0 && percents.length <= COUNT_MAX && percents.every(isValid) ? percents : null;
}
