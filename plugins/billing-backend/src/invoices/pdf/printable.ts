/**
 * Text of people, made fit for a document. A document lays its text out itself, so nothing in the text may: control characters, the invisible ones that turn the direction of what
 * follows, and piles of accents that would grow over other lines are taken out. Letters of every script stay.
 */

const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Format characters: overrides of direction, zero-width ones, soft hyphens, tags. */
const INVISIBLE = /[\p{Cf}\p{Co}\p{Cs}]/gu;
/** No script needs more marks than this on one letter. */
const PILED_MARKS = /(\p{M}{3})\p{M}+/gu;

export function printable(text: string): string {
  return text
    .normalize('NFC')
    .replace(CONTROLS, ' ')
    .replace(INVISIBLE, '')
    .replace(PILED_MARKS, '$1')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Letters that are read from right to left, with what stands between them. Digits and other letters are read from left to right also among them. */
const RIGHT_TO_LEFT =
  /([\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}](?:[\p{M}\p{Zs}\p{P}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}])*\p{M}*)/gu;

/** The pieces of a text that are each laid out in one direction, from left to right on the page. */
export function directionalRuns(text: string): string[] {
  return text.split(RIGHT_TO_LEFT).filter(run => run !== '');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Longer than any line of a page; what comes after cannot be seen anyway. */
const GRAPHEMES_MAX = 200;

/** The text, or as much of its beginning as fits with an ellipsis. */
export function fitted(text: string, fits: (text: string) => boolean): string {
  if (text.length <= GRAPHEMES_MAX && fits(text)) return text;
  const letters = Array.from(graphemes.segment(text.slice(0, 4 * GRAPHEMES_MAX)), part => part.segment).slice(
    0,
    GRAPHEMES_MAX,
  );
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(`${letters.slice(0, middle).join('').trimEnd()}…`)) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join('').trimEnd()}…`;
}
