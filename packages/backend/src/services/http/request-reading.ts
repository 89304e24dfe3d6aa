import { common, newId } from '@portico/plugin-kit/contract';
import type { IncomingMessage } from 'node:http';
import { malformed } from './schema-validation';

/** Largest JSON body in bytes. Files travel by the storage operations, never as JSON. */
export const BODY_BYTES_MAX = 1024 * 1024;
/** The same of whoever has not signed in: a name and a password, not a store of memory for the minute a request may take. */
export const ANONYMOUS_BODY_BYTES_MAX = 64 * 1024;
/** Of a signed message of another system, which names neither user nor key: the largest objects of payment providers are a fraction of it. */
export const SIGNED_BODY_BYTES_MAX = 256 * 1024;
/** Of a body that is refused for its size so much is still read and dropped, so that the client sees the refusal instead of a reset. */
const DRAINED_BYTES_MAX = 8 * BODY_BYTES_MAX;
/** Query parameters in one request, beyond any form of this portal. */
const QUERY_PARAMETERS_MAX = 100;

const CORRELATION_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** Visible ASCII characters, as the contract says. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;

/** The client's own id when it is sane enough to stand in logs, else a new one. */
export function correlationIdOf(request: IncomingMessage, now: number): string {
  const given = request.headers['x-correlation-id'];
  return typeof given === 'string' && CORRELATION_ID.test(given) ? given : newId('corr', now);
}

export function idempotencyKeyOf(request: IncomingMessage): string | undefined {
  const given = request.headers['idempotency-key'];
  if (given === undefined) return undefined;
  if (typeof given === 'string' && IDEMPOTENCY_KEY.test(given)) return given;
  throw common.fail('idempotency_key_invalid');
}

/** Repeated names become lists; the object has no prototype, so a name can be anything. */
export function queryOf(search: string): Record<string, unknown> {
  const query = Object.create(null) as Record<string, unknown>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(search)) {
    count += 1;
    if (count > QUERY_PARAMETERS_MAX)
      throw malformed([
        { in: 'query', path: '', problem: `must not have more than ${QUERY_PARAMETERS_MAX} parameters` },
      ]);
    const before = query[name];
    if (before === undefined) query[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else query[name] = [before, value];
  }
  return query;
}

export function paramsOf(names: readonly string[], encoded: readonly string[]): Record<string, unknown> {
  const params = Object.create(null) as Record<string, unknown>;
  for (const [place, name] of names.entries()) {
    try {
      params[name] = decodeURIComponent(encoded[place] ?? '');
    } catch {
      throw malformed([{ in: 'params', path: `/${name}`, problem: 'must be percent-encoded UTF-8' }]);
    }
  }
  return params;
}

/** The JSON of the body and the bytes it came in; `undefined` when nothing was sent. */
export async function readJsonBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<{ value: unknown; bytes: Uint8Array }> {
  if (
    request.headers['content-length'] === '0' ||
    (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
  ) {
    return { value: undefined, bytes: new Uint8Array() };
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw common.fail('media_type_unsupported', { message: 'Send the body without Content-Encoding.' });
  }
  const bytes = await readBytes(request, bytesMax);
  if (bytes.length === 0) return { value: undefined, bytes };
  if (!isJson(request.headers['content-type'])) throw common.fail('media_type_unsupported');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { value: JSON.parse(text) as unknown, bytes };
  } catch {
    throw malformed([{ in: 'body', path: '', problem: 'is not JSON in UTF-8' }]);
  }
}

function isJson(contentType: string | undefined): boolean {
  const [type, ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map(part => part.trim());
  return (
    type === 'application/json' &&
    parameters.every(parameter => parameter === '' || /^charset="?utf-?8"?$/.test(parameter))
  );
}

function readBytes(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const tooLarge = common.fail('body_too_large', { details: { limit_bytes: bytesMax } });
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) {
    drain(request);
    return Promise.reject(tooLarge);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bytesMax) chunks.push(chunk);
      else {
        request.off('data', onData);
        drain(request);
        reject(tooLarge);
      }
    };
    request.on('data', onData);
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new ClientGone()));
  });
}

/** The client went away while it was still speaking: there is nobody to answer. */
export class ClientGone extends Error {}

function drain(request: IncomingMessage): void {
  let dropped = 0;
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > DRAINED_BYTES_MAX) request.destroy();
  });
  request.resume();
}
