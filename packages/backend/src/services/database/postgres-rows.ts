import pg from 'pg';
import type { CustomTypesConfig, QueryResult } from 'pg';
import { exactNumber, MICROS_SUFFIX } from './values';

const BOOL = 16;
const INT8 = 20;
const NUMERIC = 1700;

/** Integers wider than a double and sums stay text until the column's name says what they are; flags are 0 and 1 as on SQLite. */
const asText = (text: string): string => text;
const asFlag = (text: string): number => (text === 't' ? 1 : 0);
export const rowTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8 || oid === NUMERIC) return asText;
    if (oid === BOOL) return asFlag;
    return pg.types.getTypeParser(oid, format as 'text');
  }) as CustomTypesConfig['getTypeParser'],
};

export function readRows<Row extends object>(result: QueryResult): Row[] {
  for (const field of result.fields) {
    const micros = field.name.endsWith(MICROS_SUFFIX);
    if (!micros && field.dataTypeID !== INT8 && field.dataTypeID !== NUMERIC) continue;
    for (const row of result.rows as Record<string, string | number | null>[]) {
      const value = row[field.name];
      if (value === null || value === undefined) continue;
      (row as Record<string, unknown>)[field.name] = micros ? BigInt(value) : exactNumber(value as string, field.name);
    }
  }
  return result.rows as Row[];
}
