import { common } from '../contract';

/** A keyset position, opaque to clients: the list it belongs to and the sort values of the last row shown. */
export function encodeCursor(list: string, values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

/** Throws `cursor_invalid` for anything `encodeCursor` did not make for this list, or that was made for another sort. */
export function decodeCursor(
  list: string,
  cursor: string,
  types: readonly ('string' | 'number')[],
): (string | number)[] {
  try {
    const [name, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [unknown, ...unknown[]];
    if (
      name === list &&
      values.length === types.length &&
      values.every((value, place) => typeof value === types[place])
    ) {
      return values as (string | number)[];
    }
  } catch {
    // falls through: not JSON is as invalid as JSON of another list
  }
  throw common.fail('cursor_invalid');
}
