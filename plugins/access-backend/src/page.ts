/** A page of rows that were read one more than `limit`: the one too many only says that there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  options: { limit: number; item: (row: Row) => Item; cursor: (row: Row) => string },
): { items: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, options.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(options.item),
    next_cursor: rows.length > options.limit && last !== undefined ? options.cursor(last) : null,
  };
}
