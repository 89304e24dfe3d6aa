import { availableParallelism, loadavg } from 'node:os';

/** What benchmarks share: rounds that alternate, figures that survive a noisy machine, and the table they end in. */

/** Runs the sides by turns, A B A B, so that whatever else the machine does falls on all of them. */
export async function alternate<Side extends string, Sample>(
  rounds: number,
  sides: Readonly<Record<Side, () => Promise<Sample>>>,
): Promise<Record<Side, Sample[]>> {
  const names = Object.keys(sides) as Side[];
  const samples = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<Side, Sample[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) samples[name].push(await sides[name]());
  }
  return samples;
}

/** The value that so large a share of the values does not exceed (nearest rank, so one that really occurred). */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('nothing was measured');
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] as number;
}

export const median = (values: readonly number[]) => percentile(values, 0.5);

export type Unit = 's' | 'ms' | 'MB' | 'KB' | '/s' | 'MB/s';

/** What a figure, or its ratio to the anchor, has to be. */
export interface Bar {
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly ratioAtMost?: number;
  readonly ratioAtLeast?: number;
}

export interface Row {
  readonly what: string;
  readonly measured: number;
  readonly unit: Unit;
  /** What it is compared with, in the same unit. */
  readonly anchor?: number;
  readonly bar?: Bar;
}

const cores = availableParallelism();
/** Processes that wanted a core before we began: far above the cores, the figures tell of them as much as of us. */
const loadAtStart = loadavg()[0] ?? 0;

/** Prints the rows. A missed bar is said and nothing more: benchmarks are no tests. */
export function printTable(title: string, rows: readonly Row[]): void {
  const header = ['', 'measured', 'anchor', 'ratio', 'bar', ''];
  const lines = [header, ...rows.map(cells)];
  const widths = header.map((_name, column) => Math.max(...lines.map(line => (line[column] as string).length)));
  // The first column is words, the others are figures.
  const pad = (cell: string, column: number) =>
    column === 0 || column === 5 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number);
  console.log(`\n${title}\n(${cores} cores, load ${loadAtStart.toFixed(1)} before)`);
  for (const line of lines) console.log(`  ${line.map(pad).join('  ').trimEnd()}`);
}

function cells({ what, measured, unit, anchor, bar }: Row): string[] {
  const ratio = anchor === undefined ? undefined : measured / anchor;
  return [
    what,
    `${figure(measured)} ${unit}`,
    anchor === undefined ? '' : `${figure(anchor)} ${unit}`,
    ratio === undefined ? '' : `${ratio.toFixed(2)}×`,
    bar === undefined ? '' : wordsOf(bar, unit),
    bar === undefined ? '' : meets(bar, measured, ratio) ? 'met' : 'NOT MET',
  ];
}

function wordsOf(bar: Bar, unit: Unit): string {
  const words = [
    bar.atMost === undefined ? '' : `≤ ${bar.atMost} ${unit}`,
    bar.atLeast === undefined ? '' : `≥ ${bar.atLeast} ${unit}`,
    bar.ratioAtMost === undefined ? '' : `≤ ${bar.ratioAtMost}×`,
    bar.ratioAtLeast === undefined ? '' : `≥ ${bar.ratioAtLeast}×`,
  ];
  return words.filter(word => word !== '').join(', ');
}

function meets(bar: Bar, measured: number, ratio = Number.NaN): boolean {
  return (
    (bar.atMost === undefined || measured <= bar.atMost) &&
    (bar.atLeast === undefined || measured >= bar.atLeast) &&
    (bar.ratioAtMost === undefined || ratio <= bar.ratioAtMost) &&
    (bar.ratioAtLeast === undefined || ratio >= bar.ratioAtLeast)
  );
}

/** Three digits that mean something; more would pretend. */
function figure(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.1) return value.toPrecision(2);
  return value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);
}
