/**
 * What a `User-Agent` says, in words: “Firefox on Windows”. For people to tell their sessions apart, nothing decides by it; so a handful of patterns do, in the
 * order in which browsers pretend to be each other.
 */
const BROWSERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/\S+ (?:Mobile\/\S+ )?Safari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b(?:iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\b(?:Macintosh|Mac OS X|Darwin)\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];
/** Programs name themselves first: `curl/8.5.0`, `python-requests/2.32`, `node`. */
const PROGRAM = /^([A-Za-z][A-Za-z0-9 ._-]{0,39}?)(?:\/\S*)?(?:\s|$)/;

/** Null when it says nothing a person would know again. */
export function deviceName(userAgent: string | null): string | null {
  const text = userAgent?.trim() ?? '';
  const browser = nameIn(text, BROWSERS);
  const system = nameIn(text, SYSTEMS);
  if (browser !== null) return system === null ? browser : `${browser} on ${system}`;
  if (text.startsWith('Mozilla/')) return system === null ? null : `A browser on ${system}`;
  return PROGRAM.exec(text)?.[1] ?? system;
}

function nameIn(text: string, names: typeof BROWSERS): string | null {
  return names.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
