import type { FromSchema } from 'json-schema-to-ts';

/**
 * An operation is written once, as a constant, in the plugin that owns it. Its schemas are JSON Schema 2020-12 without `$ref`
 * (types are derived from the constant itself, and references would hide them from the compiler). The server validates
 * requests against it, tests validate responses, and OpenAPI, the web client and the docs are read off it.
 */
export interface OperationShape {
  /** camelCase verb and noun, unique in the whole contract: `launchAllocation`. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1/`, parameters in braces: `allocations/{allocation_id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The permission that decides, `authenticated` for any signed-in caller about itself, `public` for anyone. */
  readonly permission: string;
  /** `session`: refused under an API key, whatever its scopes. `fresh`: that, and the person has proved lately who they are. `fresh_or_key`: only people are asked. */
  readonly proof?: 'session' | 'fresh' | 'fresh_or_key';
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  /** Status of success → schema of its JSON body; null when there is none. */
  readonly responses: Readonly<Record<number, unknown>>;
  /** Codes beyond the ones every operation may answer (see `commonErrors`). */
  readonly errors: readonly string[];
  /** `required`: refused without `Idempotency-Key`; `accepted`: honoured when sent. Absent: the operation creates or moves nothing. */
  readonly idempotency?: 'required' | 'accepted';
  /** A stored reply of this operation holds a secret and is kept encrypted. */
  readonly secretReply?: boolean;
  /** A form of another system, signed over its bytes: the handler gets them as `rawBody`, and the schema of the body says of unknown fields that they are passed over. */
  readonly rawBody?: true;
  /** Name of the limit in `rateLimits` of the configuration; `api` when absent. */
  readonly rateLimit?: string;
  /** The reply is a stream of this media type instead of JSON; where there are several, the handler says which, else it is the first. */
  readonly streams?: StreamMediaType | readonly [StreamMediaType, ...StreamMediaType[]];
  /** Query parameter that names the active project where no `X-Project-Id` does: browsers download and listen without headers. Streams have one. */
  readonly activeProjectIn?: string;
}

export type StreamMediaType =
  'text/csv' | 'text/event-stream' | 'text/x-shellscript' | 'application/jsonl' | 'application/pdf';

/** The media types an operation streams; none when it answers with JSON. */
export function streamTypesOf(operation: Pick<OperationShape, 'streams'>): readonly StreamMediaType[] {
  return [operation.streams ?? []].flat();
}

export function operation<const Op extends OperationShape>(definition: Op): Op {
  return definition;
}

type SchemaType<Schema> = FromSchema<Schema & object>;
type Part<Op, Key extends string> = Op extends { readonly [K in Key]: infer Schema }
  ? SchemaType<Schema>
  : Record<string, never>;

type SentType<Schema> = FromSchema<Schema & object, { keepDefaultedPropertiesOptional: true }>;

export type ParamsOf<Op> = Part<Op, 'params'>;
export type QueryOf<Op> = Part<Op, 'query'>;
export type BodyOf<Op> = Part<Op, 'body'>;

/** The same parts as a client sends them: what has a default may be left out. */
export type QuerySentTo<Op> = Op extends { readonly query: infer Schema } ? SentType<Schema> : Record<string, never>;
export type BodySentTo<Op> = Op extends { readonly body: infer Schema } ? SentType<Schema> : Record<string, never>;

/** The union of the success bodies; `undefined` where a status has none. */
export type ReplyOf<Op> = Op extends { readonly responses: infer Responses }
  ? {
      [Status in keyof Responses]: Responses[Status] extends null ? undefined : SchemaType<Responses[Status]>;
    }[keyof Responses]
  : never;

export type StatusOf<Op> = Op extends { readonly responses: infer Responses }
  ? Extract<keyof Responses, number>
  : never;
