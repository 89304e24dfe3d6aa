import { cutPage, decodeCursor, encodeCursor } from './cursor';

test('a cursor comes back as what it was made of', () => {
  const cursor = encodeCursor('things', [1_700_000_000_000, 'id_1']);
  expect(decodeCursor('things', cursor, ['number', 'string'])).toEqual([1_700_000_000_000, 'id_1']);
});

test.each([
  ['no JSON', 'not-a-cursor'],
  ['JSON that is no list', Buffer.from('7').toString('base64url')],
  ['another list', encodeCursor('others', [1, 'a'])],
  ['too few values', encodeCursor('things', [1])],
  ['too many values', encodeCursor('things', [1, 'a', 'b'])],
  ['values of another sort', encodeCursor('things', ['a', 1])],
  ['a fraction', encodeCursor('things', [1.5, 'a'])],
  ['a number no column holds', encodeCursor('things', [1e300, 'a'])],
  ['text no database takes', encodeCursor('things', [1, 'a\0b'])],
])('a made-up cursor is refused: %s', (_what, cursor) => {
  expect(() => decodeCursor('things', cursor, ['number', 'string'])).toThrow(
    expect.objectContaining({ code: 'cursor_invalid' }) as Error,
  );
});

test.each([
  [[], [], null],
  [[1, 2], [1, 2], null],
  [[1, 2, 3], [1, 2], 'after 2'],
])('of %j a page of two shows %j and goes on at %s', (rows, shown, nextCursor) => {
  expect(cutPage(rows as number[], 2, last => `after ${last}`)).toEqual({ shown, nextCursor });
});
