import { placeholders } from '@portico/plugin-kit/backend';

/** A list for `IN (…)`, filled up to a power of two with its last value: a handful of statement texts to prepare, whatever lengths are asked for. */
export function inList(values: readonly string[]): { sql: string; parameters: readonly string[] } {
  const last = values.at(-1);
  if (last === undefined) throw new Error('an empty list matches nothing; ask no question');
  const parameters = [...values];
  while (!Number.isInteger(Math.log2(parameters.length))) parameters.push(last);
  return { sql: `(${placeholders(parameters.length)})`, parameters };
}
