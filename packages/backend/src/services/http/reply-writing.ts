import type { ReplyHeaders } from '@portico/plugin-kit/backend';
import type { ServerResponse } from 'node:http';

export function setHeaders(response: ServerResponse, headers: ReplyHeaders | undefined): void {
  for (const [name, value] of Object.entries(headers ?? {}))
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.writableEnded || response.destroyed) return;
  response.statusCode = status;
  if (body === undefined || body === null) {
    response.end();
    return;
  }
  const text = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/**
 * Writes chunk by chunk, asking the source for the next one only when the client has taken the last. A source that fails midway destroys the
 * connection: a client must see a broken transfer, never a short file that looks whole.
 */
export async function sendStream(
  response: ServerResponse,
  options: { status: number; mediaType: string; stream: AsyncIterable<string | Uint8Array> },
): Promise<void> {
  response.statusCode = options.status;
  response.setHeader('Content-Type', `${options.mediaType}; charset=utf-8`);
  // Some proxies hold replies back until they are complete; this is the word that stops them.
  response.setHeader('X-Accel-Buffering', 'no');
  response.flushHeaders();
  try {
    for await (const chunk of options.stream) {
      if (response.destroyed) return;
      if (!response.write(chunk) && !(await drained(response))) return;
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}

/** True when the client took what was buffered, false when it went away. */
function drained(response: ServerResponse): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise(resolve => {
    const done = (taken: boolean) => {
      response.off('drain', onDrain).off('close', onClose);
      resolve(taken);
    };
    const onDrain = () => done(true);
    const onClose = () => done(false);
    response.on('drain', onDrain).on('close', onClose);
  });
}
