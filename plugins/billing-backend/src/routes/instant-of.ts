/** RFC 3339 knows leap seconds and JavaScript does not: 23:59:60 is the instant after. */
export function instantOf(text: string): number;
export function instantOf(text: string | undefined): number | undefined;
export function instantOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text.replace(/:60(?=[.Zz+-])/, ':59'));
}
