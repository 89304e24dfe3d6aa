import { common, PAGE_LIMIT_DEFAULT } from '../contract';

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

/** Where a row stands in a list that is sorted by an instant and, among those of the same one, by an id. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

/**
 * One page of such a list. `rows` reads at most `limit` rows that come after the place, or the first ones. The name says what the list was narrowed to: a
 * position belongs to one search, and another one starts at its own beginning.
 */
export async function pageByTime<Row>(
  query: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
  list: {
    readonly name: string;
    readonly rows: (page: { after: Place | undefined; limit: number }) => Promise<readonly Row[]>;
    readonly placeOf: (row: Row) => Place;
  },
): Promise<{ shown: readonly Row[]; nextCursor: string | null }> {
  const { limit = PAGE_LIMIT_DEFAULT, cursor } = query;
  const [at, id] = cursor === undefined ? [] : decodeCursor(list.name, cursor, ['number', 'string']);
  const after = cursor === undefined ? undefined : { at: at as number, id: id as string };
  return cutPage(await list.rows({ after, limit: limit + 1 }), limit, last => {
    const place = list.placeOf(last);
    return encodeCursor(list.name, [place.at, place.id]);
  });
}
