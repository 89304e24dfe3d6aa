/**
 * One OpenAPI 3.1 document out of the contracts of all plugins. Nothing is added that a contract does not say, except what holds for every operation: the
 * envelope of errors, the correlation id, the idempotency key, the active project.
 */
import { commonErrors, errorSchema, PUBLIC, streamTypesOf } from '@portico/plugin-kit/contract';
import type { ErrorDefinition, OperationShape, PluginContract } from '@portico/plugin-kit/contract';
import { personalEventsOf } from '../http/contract-list';
import { operationErrorCodes } from './operation-errors';

type Json = Record<string, unknown>;

/** Raised with every change of the contract that a client can see. */
const CONTRACT_VERSION = '1.0.0';

export function assembleOpenApi(contracts: readonly PluginContract[], title = 'Portico'): Json {
  const operations = contracts.flatMap(contract =>
    Object.values(contract.operations).map(operation => ({ contract, operation })),
  );
  const errors: Record<string, ErrorDefinition> = Object.assign(
    {},
    commonErrors,
    ...contracts.map(contract => contract.errors),
  );
  const permissions: Record<string, string> = Object.assign({}, ...contracts.map(contract => contract.permissions));
  const paths: Record<string, Json> = {};
  const refusals: Json = {};
  for (const { operation } of operations) {
    const path = (paths[`/${operation.path}`] ??= {});
    path[operation.method.toLowerCase()] = describe(operation, { errors, permissions, refusals });
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: `${title} API`,
      version: CONTRACT_VERSION,
      description: 'Everything the portal can do. The portal’s own pages use nothing else.',
    },
    servers: [{ url: '/api/v1' }],
    tags: [...new Set(operations.map(({ operation }) => operation.tag))].sort().map(name => ({ name })),
    security: [{ bearer: [] }, { session: [] }],
    paths: sorted(Object.fromEntries(Object.entries(paths).map(([path, methods]) => [path, sorted(methods)]))),
    components: {
      schemas: { Error: errorSchema },
      responses: sorted(refusals),
      parameters: {
        CorrelationId: {
          name: 'X-Correlation-Id',
          in: 'header',
          required: false,
          schema: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,128}$' },
          description: 'Taken over into logs, audit and events, and returned; made by the server when absent.',
        },
        ProjectId: {
          name: 'X-Project-Id',
          in: 'header',
          required: false,
          schema: { type: 'string' },
          description:
            'The active project. When absent, the caller’s default project; under an API key of another organization, the oldest project its user sees there.',
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token, or an API key.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-portico',
          description:
            'The browser’s session; methods that change something need `X-CSRF-Token` too. On plain-HTTP loopback its name is `portico`.',
        },
      },
    },
    'x-permissions': sorted(permissions),
    'x-errors': sorted(errors),
    'x-events': sorted(Object.assign({}, ...contracts.map(contract => contract.events)) as Record<string, string>),
    'x-personal-events': sorted(Object.fromEntries(personalEventsOf(contracts))),
    'x-websockets': sorted(Object.assign({}, ...contracts.map(contract => contract.sockets ?? {})) as Json),
  };
}

interface Shared {
  readonly errors: Readonly<Record<string, ErrorDefinition>>;
  readonly permissions: Readonly<Record<string, string>>;
  /** Refusals, by a name made of what they are: many operations are refused in the same ways. */
  readonly refusals: Json;
}

function describe(operation: OperationShape, { errors, permissions, refusals }: Shared): Json {
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    'x-permission': operation.permission,
    ...(permissions[operation.permission] === undefined
      ? {}
      : { 'x-permission-sentence': permissions[operation.permission] }),
    ...(operation.proof === undefined ? {} : { 'x-proof': operation.proof }),
    ...(operation.activeProjectIn === undefined ? {} : { 'x-active-project-in': operation.activeProjectIn }),
    'x-rate-limit': operation.rateLimit ?? 'api',
    ...(operation.permission === PUBLIC ? { security: [{}, { bearer: [] }, { session: [] }] } : {}),
    parameters: parametersOf(operation),
    ...(operation.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: operation.body } } } }),
    responses: { ...successes(operation), ...failures(operation, errors, refusals) },
  };
}

function parametersOf(operation: OperationShape): Json[] {
  const parameters: Json[] = [
    ...fieldsOf(operation.params, 'path'),
    ...fieldsOf(operation.query, 'query'),
    { $ref: '#/components/parameters/CorrelationId' },
  ];
  if (operation.permission !== PUBLIC) parameters.push({ $ref: '#/components/parameters/ProjectId' });
  if (operation.idempotency) {
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: operation.idempotency === 'required',
      schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
      description:
        'Repeating the request with the same key returns the first reply, for a day at least, with `Idempotency-Replayed: true`.',
    });
  }
  if (streamTypesOf(operation).includes('text/event-stream')) {
    parameters.push({
      name: 'Last-Event-ID',
      in: 'header',
      required: false,
      schema: { type: 'string' },
      description: 'Position to go on after.',
    });
  }
  return parameters;
}

function fieldsOf(schema: unknown, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...field }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: field,
  }));
}

function successes(operation: OperationShape): Json {
  const responses: Json = {};
  for (const [status, schema] of Object.entries(operation.responses)) {
    responses[status] = {
      description: operation.summary,
      headers: {
        'X-Correlation-Id': { schema: { type: 'string' } },
        ...(operation.idempotency
          ? {
              'Idempotency-Replayed': {
                schema: { type: 'string', const: 'true' },
                description: 'Present on a stored reply.',
              },
            }
          : {}),
      },
      ...(schema === null ? {} : { content: contentOf(operation, schema) }),
    };
  }
  return responses;
}

function contentOf(operation: OperationShape, schema: unknown): Json {
  const streamed = streamTypesOf(operation);
  const mediaTypes = streamed.length === 0 ? ['application/json'] : streamed;
  return Object.fromEntries(mediaTypes.map(mediaType => [mediaType, { schema }]));
}

/** Per status the codes that may travel under it; which one it was is in the envelope. */
function failures(operation: OperationShape, errors: Shared['errors'], refusals: Json): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of operationErrorCodes(operation)) {
    const status = errors[code]?.status;
    if (status === undefined)
      throw new Error(`${operation.id} lists the error code ${code}, which no contract defines`);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses: Json = {};
  for (const [status, codes] of [...byStatus].sort(([a], [b]) => a - b)) {
    const name = `${status}.${codes.join('.')}`;
    responses[status] = { $ref: `#/components/responses/${name}` };
    refusals[name] ??= {
      description: codes.map(code => `\`${code}\`: ${errors[code]?.sentence}`).join('\n\n'),
      ...(status === 429
        ? { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds to wait.' } } }
        : {}),
      content: {
        'application/json': {
          schema: {
            allOf: [
              { $ref: '#/components/schemas/Error' },
              { type: 'object', properties: { code: { type: 'string', enum: codes } } },
            ],
          },
        },
      },
    };
  }
  return responses;
}

function sorted<Value>(values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
