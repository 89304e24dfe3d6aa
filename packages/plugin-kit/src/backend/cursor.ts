import { common } from '../contract';

/** A keyset position, opaque to clients: the list it belongs to and the sort values of the last row shown. Numbers are integers. */
export function encodeCursor(list: string, values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

/**
 * Throws `cursor_invalid` for anything `encodeCursor` did not make for this list, or that was made for another sort. Anybody can make one up, so its values
 * are held to what both databases take as parameters: integers that are exact, text without the NUL character.
 */
export function decodeCursor(
  list: string,
  cursor: string,
  types: readonly ('string' | 'number')[],
): (string | number)[] {
  try {
    const [name, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [unknown, ...unknown[]];
    if (name === list && values.length === types.length && values.every((value, place) => fits(value, types[place]))) {
      return values as (string | number)[];
    }
  } catch {
    // falls through: not JSON is as invalid as JSON of another list
  }
  throw common.fail('cursor_invalid');
}

function fits(value: unknown, type: 'string' | 'number' | undefined): boolean {
  return type === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && !value.includes('\0');
}

/** Cuts rows, of which one more than `limit` was read, to a page: the one too many only says that there is a next page, which begins after the last shown. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (last: Row) => string,
): { shown: readonly Row[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { shown, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
