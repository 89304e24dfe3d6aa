import { contracts } from '../../contracts';
import { contractProblems } from '../http/contract-check';
import { parameterNames } from '../http/path-template';
import { OperationValidators } from '../http/schema-validation';
import { assembleOpenApi } from './assemble';

type Json = { [key: string]: Json };
interface Described {
  readonly path: string;
  readonly method: string;
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string }[];
  readonly responses: object;
}
const operations = contracts.flatMap(contract => Object.values(contract.operations));
const document = assembleOpenApi(contracts) as unknown as Json;
const described = Object.entries(document.paths as Json).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, value]) => ({ path, method, ...value }) as unknown as Described),
);

test('the contracts hold together', () => {
  expect(contractProblems({ contracts, complete: true })).toEqual([]);
});

test('every operation is in the document once, under its own id', () => {
  expect(described.map(operation => operation.operationId).sort()).toEqual(
    operations.map(operation => operation.id).sort(),
  );
  expect(new Set(described.map(operation => operation.operationId)).size).toBe(described.length);
});

test.each(operations.map(operation => [operation.id, operation] as const))(
  '%s: its schemas compile',
  (_id, operation) => {
    expect(() => new OperationValidators(operation).compileAll()).not.toThrow();
  },
);

test.each(operations.map(operation => [operation.id, operation] as const))(
  '%s: what it takes leaves no room for unknown fields',
  (_id, operation) => {
    // The form of a signed message is another system's: what it sends beside what is read is passed over.
    const body = operation.rawBody ? undefined : operation.body;
    for (const part of [operation.params, operation.query, body]) expect(openObjects(part, '')).toEqual([]);
  },
);

test.each(described.map(operation => [operation.operationId, operation] as const))(
  '%s: every path parameter is described',
  (_id, operation) => {
    expect(
      operation.parameters
        .filter(parameter => parameter.in === 'path')
        .map(parameter => parameter.name)
        .sort(),
    ).toEqual(parameterNames(operation.path).sort());
  },
);

test('every reference points at something', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(match => match[1] as string);
  for (const reference of references) {
    const target = reference.split('/').reduce<Json | undefined>((at, key) => at?.[key], document);
    expect([reference, target !== undefined]).toEqual([reference, true]);
  }
});

test('every operation says how it is refused, an envelope each time', () => {
  for (const operation of described) {
    const statuses = Object.keys(operation.responses);
    expect(statuses).toEqual(expect.arrayContaining(['400', '401', '429', '500', '503']));
  }
});

/** Objects that would let a field nobody knows pass. A map (`additionalProperties` with a schema) says what it lets in. */
function openObjects(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((inner, place) => openObjects(inner, `${path}/${place}`));
  const { type, additionalProperties, default: _default, ...rest } = schema as Record<string, unknown>;
  const open =
    [type].flat().includes('object') && (additionalProperties === undefined || additionalProperties === true);
  return [
    ...(open ? [path || '/'] : []),
    ...Object.entries(rest).flatMap(([key, inner]) => openObjects(inner, `${path}/${key}`)),
  ];
}
