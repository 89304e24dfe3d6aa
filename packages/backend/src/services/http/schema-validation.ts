import { common } from '@portico/plugin-kit/contract';
import type { OperationShape } from '@portico/plugin-kit/contract';
import type { ErrorObject, ValidateFunction } from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

/** Places named in one refusal: enough to mend a form, few enough to stay readable. */
const PLACES_MAX = 20;
/** JSON bytes up to which every fault is looked for; beyond it the first one ends the search, so that a large wrong body stays cheap. */
const ALL_ERRORS_BYTES_MAX = 64 * 1024;
/** No body of this API nests deeper by far; bounds every recursion over a body. */
export const JSON_DEPTH_MAX = 64;

export interface Place {
  readonly in: 'body' | 'query' | 'params' | 'header';
  /** JSON pointer; empty for the whole. */
  readonly path: string;
  readonly problem: string;
}

/** `400 request_malformed`, naming each place. */
export function malformed(places: readonly Place[]) {
  return common.fail('request_malformed', { details: { places: places.slice(0, PLACES_MAX) } });
}

/** strictTypes and strictRequired would forbid `anyOf: [{ required: […] }]`; unknown keywords and formats stay errors. */
const options = {
  strict: true,
  strictTypes: false,
  strictRequired: false,
  useDefaults: true,
  validateFormats: true,
} as const;
const ajvs = {
  /** Text from a URL becomes the number, flag or list that the schema asks for. */
  text: addFormats(new Ajv2020({ ...options, allErrors: true, coerceTypes: 'array' })),
  body: addFormats(new Ajv2020({ ...options, allErrors: true })),
  largeBody: addFormats(new Ajv2020({ ...options, allErrors: false })),
  reply: addFormats(new Ajv2020({ ...options, useDefaults: false, allErrors: true })),
};
const nothing = { type: 'object', additionalProperties: false };

/** Validators of one operation, compiled when first asked for: a start does not pay for what nobody calls. */
export class OperationValidators {
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(private readonly operation: OperationShape) {}

  /** Returns the parameters with their types; throws `request_malformed`. */
  params(value: Record<string, unknown>): Record<string, unknown> {
    this.#check(
      'params',
      this.#validator('params', () => ajvs.text.compile(schema(this.operation.params))),
      value,
    );
    return value;
  }

  query(value: Record<string, unknown>): Record<string, unknown> {
    this.#check(
      'query',
      this.#validator('query', () => ajvs.text.compile(schema(this.operation.query))),
      value,
    );
    return value;
  }

  body(value: unknown, bytes: number): unknown {
    if (this.operation.body === undefined) {
      const empty =
        value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
      if (!empty) throw malformed([{ in: 'body', path: '', problem: 'this operation takes no body' }]);
      return {};
    }
    if (value === undefined) throw malformed([{ in: 'body', path: '', problem: 'a JSON body is required' }]);
    const large = bytes > ALL_ERRORS_BYTES_MAX;
    const validate = this.#validator(large ? 'largeBody' : 'body', () =>
      ajvs[large ? 'largeBody' : 'body'].compile(schema(this.operation.body)),
    );
    this.#check('body', validate, value);
    return value;
  }

  /** What is wrong with a reply, in sentences; empty when it is as promised. */
  replyProblems(status: number, body: unknown): string[] {
    if (!(status in this.operation.responses)) return [`status ${status} is not among the contract's`];
    const promised = this.operation.responses[status];
    if (promised === null) return body === undefined || body === null ? [] : [`status ${status} promises no body`];
    const validate = this.#validator(`reply ${status}`, () => ajvs.reply.compile(schema(promised)));
    // Through JSON and back: what travels is what is promised, not what the handler held.
    return validate(body === undefined ? undefined : JSON.parse(JSON.stringify(body)))
      ? []
      : (validate.errors ?? []).map(error => `${error.instancePath || '/'} ${problem(error)}`);
  }

  /** Compiles everything, so that a test finds a schema that does not compile before a caller does. */
  compileAll(): void {
    ajvs.text.compile(schema(this.operation.params));
    ajvs.text.compile(schema(this.operation.query));
    ajvs.body.compile(schema(this.operation.body));
    for (const promised of Object.values(this.operation.responses))
      if (promised !== null) ajvs.reply.compile(schema(promised));
  }

  #validator(name: string, compile: () => ValidateFunction): ValidateFunction {
    const known = this.#compiled.get(name);
    if (known) return known;
    const compiled = compile();
    this.#compiled.set(name, compiled);
    return compiled;
  }

  #check(where: Place['in'], validate: ValidateFunction, value: unknown): void {
    const unstorable = unstorablePlace(value, '', 0);
    if (unstorable) throw malformed([{ in: where, ...unstorable }]);
    if (validate(value)) return;
    throw malformed(
      (validate.errors ?? []).map(error => ({ in: where, path: error.instancePath, problem: problem(error) })),
    );
  }
}

function schema(value: unknown): object {
  return (value ?? nothing) as object;
}

/** A sentence that names the field: ajv says "must NOT have additional properties" and leaves which one to its parameters. */
function problem(error: ErrorObject): string {
  if (error.keyword === 'additionalProperties')
    return `has the unknown field "${String(error.params.additionalProperty)}"`;
  if (error.keyword === 'enum')
    return `must be one of ${(error.params.allowedValues as unknown[]).map(String).join(', ')}`;
  if (error.keyword === 'const') return `must be ${JSON.stringify(error.params.allowedValue)}`;
  return error.message ?? 'does not fit the contract';
}

/** NUL is a character JSON allows and PostgreSQL cannot store; together with the depth it is refused before any schema looks. */
function unstorablePlace(value: unknown, path: string, depth: number): { path: string; problem: string } | undefined {
  if (typeof value === 'string')
    return value.includes('\0') ? { path, problem: 'must not contain the NUL character' } : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= JSON_DEPTH_MAX) return { path: '', problem: `must not nest deeper than ${JSON_DEPTH_MAX} levels` };
  for (const [key, inner] of Object.entries(value)) {
    if (key.includes('\0')) return { path, problem: 'must not contain the NUL character in a field name' };
    const found = unstorablePlace(inner, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
    if (found) return found;
  }
  return undefined;
}
