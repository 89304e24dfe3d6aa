/** The form in which names are kept for searching: case and width folded in one place, since the two databases fold them differently. Absent parts are left out. */
export function searchText(...parts: readonly (string | null)[]): string {
  return parts
    .filter(part => part !== null)
    .join(' ')
    .normalize('NFKC')
    .toLowerCase();
}

/** For `LIKE ? ESCAPE '!'` on a column made by `searchText`: finds the text itself anywhere, `%` and `_` typed by people mean themselves. */
export function containsPattern(text: string): string {
  return `%${searchText(text).replace(/[!%_]/g, match => `!${match}`)}%`;
}
