export interface EquivalentRequest {
  method: string;
  /** Absolute address. */
  url: string;
  body?: unknown;
  idempotencyKey?: string | undefined;
}

/** The request as a `curl` command that a POSIX shell runs as it stands; the token comes from the environment, never from the page. */
export function curlCommand({ method, url, body, idempotencyKey }: EquivalentRequest): string {
  const lines = [`curl -X ${method} ${quoted(url)}`, `-H "Authorization: Bearer $PORTICO_TOKEN"`];
  if (idempotencyKey !== undefined) lines.push(`-H ${quoted(`Idempotency-Key: ${idempotencyKey}`)}`);
  if (body !== undefined) {
    lines.push(`-H 'Content-Type: application/json'`, `--data ${quoted(JSON.stringify(body, null, 2))}`);
  }
  return lines.join(' \\\n  ');
}

/** Inside single quotes a shell takes everything literally but the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
