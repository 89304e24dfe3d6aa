/**
 * Backstage wraps what a service throws in one "Failed to instantiate…" per service that depends on it. People who start a portal need the sentence
 * at the bottom: which setting is wrong, which port is taken.
 */
const WRAPPING =
  /(?:\w*Error: )?Failed to instantiate service '[^']+'(?: for '[^']+')? because (?:the factory function|createRootContext|the default factory loader) threw an error, /g;
const PLUGIN = /^\s*(?:Plugin|Module) '[^']+'.* startup failed; caused by /gm;

export function startProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const bare = message
    .replace('Backend startup failed due to the following errors:', '')
    .replace(PLUGIN, '')
    .replace(WRAPPING, '');
  const lines = bare
    .split('\n')
    .map(line => line.replace(/^\s*\w*Error: /, '').trimEnd())
    .filter(line => line !== '');
  return [...new Set(lines)].join('\n');
}
