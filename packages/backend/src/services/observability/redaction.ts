/**
 * Keeps secrets out of logs, twice: a field is dropped by its name whatever it holds, and text is searched for what looks like a credential whatever
 * field it stands in. Neither is an excuse to log a request's body.
 */
const REDACTED = '[redacted]';
/** Deepest object a log line shows; what lies below is rarely read and may be circular. */
const DEPTH_MAX = 6;

const SECRET_NAME =
  /^(authorization|proxy-authorization|cookie|set-cookie|.*password.*|.*passphrase.*|.*secret.*|.*token|.*_key_pem|private_?key|api_?key|credentials?|sec-websocket-protocol)$/i;

const SECRET_TEXT: readonly [pattern: RegExp, replacement: string][] = [
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  [/\bpt[a-z]_[A-Za-z0-9_-]{8,}/g, REDACTED],
  // Of the payment provider: secret and restricted keys, and the secrets that webhooks are signed with.
  [/\b([rs]k_(?:live|test)|whsec)_[A-Za-z0-9+/=_-]{4,}/g, `$1_${REDACTED}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, REDACTED],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]+):[^\s@/]+@/gi, `$1:${REDACTED}@`],
  [/((?:password|passwd|secret|token)["']?\s*[=:]\s*["']?)[^\s"',;&]{3,}/gi, `$1${REDACTED}`],
  [/\b(__Host-[A-Za-z_-]+|portico)=[^;\s]+/g, `$1=${REDACTED}`],
];

export function redactText(text: string): string {
  return SECRET_TEXT.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);
}

export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return redactText(value.stack ?? value.message);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '[deeper]';
  if (Array.isArray(value)) return value.map(inner => redact(inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_NAME.test(name) && inner !== null ? REDACTED : redact(inner, depth + 1),
    ]),
  );
}
