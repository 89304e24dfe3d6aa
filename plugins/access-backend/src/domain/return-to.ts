/** Stands for the portal while a path is judged; no real host is called so. */
const HERE = 'https://portal.invalid';

/**
 * The path a person goes on to after signing in, in its one form, or null for anything that could lead out of the portal. A browser reads
 * backslashes as slashes, drops tabs and line breaks, and takes `//host` for another host; so what is judged is what is left after its own parser.
 */
export function portalPath(text: string): string | null {
  if (!text.startsWith('/') || /[\u0000-\u0020\\\u007f]/.test(text)) return null;
  if (!URL.canParse(text, HERE)) return null;
  const url = new URL(text, HERE);
  const path = url.pathname + url.search + url.hash;
  return url.origin === HERE && !path.startsWith('//') ? path : null;
}
