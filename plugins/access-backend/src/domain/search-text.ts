/** The form in which names are searched: case and width folded in one place, since the two databases fold them differently. */
export function searchText(...parts: readonly (string | null)[]): string {
  return parts
    .filter(part => part !== null)
    .join(' ')
    .normalize('NFKC')
    .toLowerCase();
}

/** A LIKE pattern (escape character `\`) that finds the text itself anywhere: `%` and `_` typed by people mean themselves. */
export function containsPattern(text: string): string {
  return `%${searchText(text).replace(/[\\%_]/g, match => `\\${match}`)}%`;
}
