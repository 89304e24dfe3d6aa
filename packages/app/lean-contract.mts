import type { Plugin } from 'vite';

/** What a browser needs of an operation to call it. The rest of it the server validates, tests hold and the API reference shows. */
const KEPT = new Set(['id', 'method', 'path', 'permission', 'activeProjectIn']);
const CONTRACT_FILE = /\/src\/contract\/[\w-]+\.ts$/;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}
type Syntax = Node & Readonly<Record<string, never>>;
interface Property extends Node {
  readonly key: { readonly name?: string; readonly value?: unknown };
  readonly value: Node & { readonly properties?: readonly Property[]; readonly value?: unknown };
}

/**
 * Leaves the schemas and sentences of operations out of what browsers load: they are two thirds of a contract, and every page declares operations of several. Of
 * a reply it stays known whether it has a body. An operation that is not written out as one object stays as it is.
 */
export function leanContract(): Plugin {
  return {
    name: 'portico-lean-contract',
    apply: 'build',
    enforce: 'post',
    transform(code, id) {
      if (!CONTRACT_FILE.test(id)) return null;
      const program = this.parse(code) as unknown as { body: readonly Syntax[] };
      let lean = '';
      let copied = 0;
      for (const call of program.body.flatMap(operationsIn)) {
        const fields = leanFields(call.properties, code);
        if (fields === null) continue;
        lean += `${code.slice(copied, call.start)}/*#__PURE__*/ operation({ ${fields} })`;
        copied = call.end;
      }
      return { code: lean + code.slice(copied), map: null };
    },
  };
}

interface OperationCall {
  readonly start: number;
  readonly end: number;
  readonly properties: readonly Property[];
}

/** `export const x = operation({ … })` */
function operationsIn(statement: Syntax): readonly OperationCall[] {
  const declaration = (statement.declaration ?? statement) as unknown as {
    declarations?: readonly {
      init: (Node & { callee?: { name?: string }; arguments?: readonly { properties?: readonly Property[] }[] }) | null;
    }[];
  };
  return (declaration.declarations ?? []).flatMap(({ init }) => {
    const properties = init?.callee?.name === 'operation' ? init.arguments?.[0]?.properties : undefined;
    return init === null || properties === undefined ? [] : [{ start: init.start, end: init.end, properties }];
  });
}

function leanFields(properties: readonly Property[], code: string): string | null {
  if (properties.some(({ type }) => type === 'SpreadElement')) return null;
  const nameOf = ({ key }: Property) => key.name ?? String(key.value);
  const replies = properties.find(property => nameOf(property) === 'responses')?.value.properties;
  if (replies === undefined || replies.some(({ type }) => type === 'SpreadElement')) return null;
  const kept = properties
    .filter(property => KEPT.has(nameOf(property)))
    .map(({ start, end }) => code.slice(start, end));
  const bodies = replies.map(
    reply => `${nameOf(reply)}: ${reply.value.type === 'Literal' && reply.value.value === null ? 'null' : '{}'}`,
  );
  return [...kept, `responses: { ${bodies.join(', ')} }`].join(', ');
}
