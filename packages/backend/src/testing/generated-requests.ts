/** Requests made from the contracts: every operation can be called without anybody writing down how. */
import type { OperationShape } from '@portico/plugin-kit/contract';
import fc from 'fast-check';
import { contracts } from '../contracts';
import { fitting } from './schema-arbitrary';
import type { TestBackend } from './test-backend';

/** Fixed, so that a failure comes again. */
const SEED = 20_261_120;
/** Milliseconds after which an answer is not waited for any longer. */
const ANSWER_MILLISECONDS_MAX = 20_000;
/** Characters of one text in a URL: beyond them the request line is refused before anyone reads it. */
const URL_TEXT_LENGTH_MAX = 2_000;

export const operations = contracts.flatMap(contract =>
  Object.values(contract.operations),
) as readonly OperationShape[];

export interface RequestParts {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
}

export function sample<Value>(arbitrary: fc.Arbitrary<Value>, runs: number): Value[] {
  return fc.sample(arbitrary, { seed: SEED, numRuns: runs });
}

/** What fits the schemas of an operation. */
export function requestParts(operation: OperationShape): fc.Arbitrary<RequestParts> {
  return fc.record({
    params: fitting(operation.params),
    query: fitting(operation.query),
    body: operation.body === undefined ? fc.constant(undefined) : fitting(operation.body),
  }) as fc.Arbitrary<RequestParts>;
}

/** One of them, asked in the project of the headers: one that is made up would be missed before anything else is looked at. */
export function oneFitting(operation: OperationShape): RequestParts {
  const fits = sample(requestParts(operation), 1)[0] as RequestParts;
  const query = Object.entries(fits.query).filter(([name]) => name !== operation.activeProjectIn);
  return { ...fits, query: Object.fromEntries(query) };
}

export function sendRequest(
  backend: TestBackend,
  operation: OperationShape,
  request: RequestParts & { token?: string | undefined; headers?: Record<string, string> },
) {
  const { params, query, body, token, headers } = request;
  const path = operation.path.replaceAll(
    /\{([^}]+)\}/g,
    (_whole, name: string) => encodeURIComponent(wellFormed(params[name])) || '%20',
  );
  const key: Record<string, string> = operation.idempotency
    ? { 'idempotency-key': `generated-${Math.random().toString(36).slice(2)}` }
    : {};
  return backend.request(operation.method, path, {
    ...(token === undefined ? {} : { token }),
    query: texts(query),
    body,
    headers: { ...key, ...headers },
    signal: AbortSignal.timeout(ANSWER_MILLISECONDS_MAX),
  });
}

/** A URL cannot carry half a character; what cannot be sent is no test. */
function wellFormed(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
    .toString()
    .slice(0, URL_TEXT_LENGTH_MAX);
}

function texts(query: Record<string, unknown>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(wellFormed) : wellFormed(value),
    ]),
  );
}
