/** Where a spreadsheet begins to reckon: also in the wide forms that some take for the narrow ones. */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const QUOTED = /[",\r\n]/;

/**
 * A text as a cell of CSV (RFC 4180). One that begins like a formula is run by spreadsheets; an apostrophe makes it text (OWASP, "CSV injection").
 */
export function csvCell(text: string): string {
  const inert = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
