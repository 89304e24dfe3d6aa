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
 *
 * What only those schemas were made of goes with them. A bundler keeps an unused constant that spreads another one or calls something, since either might do
 * something; a contract is data, so here neither does, and they are marked as that.
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
      for (const value of program.body.flatMap(constantsIn)) {
        const replacement = leanOperation(value, code) ?? removableWhenUnused(value, code);
        if (replacement === null) continue;
        lean += code.slice(copied, value.start) + replacement;
        copied = value.end;
      }
      return { code: lean + code.slice(copied), map: null };
    },
  };
}

interface Value extends Node {
  readonly callee?: { readonly name?: string };
  readonly arguments?: readonly { readonly properties?: readonly Property[] }[];
}

/** What stands behind `export const x =` and `const x =`. */
function constantsIn(statement: Syntax): readonly Value[] {
  const declaration = (statement.declaration ?? statement) as unknown as {
    kind?: string;
    declarations?: readonly { init: Value | null }[];
  };
  if (declaration.kind !== 'const') return [];
  return (declaration.declarations ?? []).flatMap(({ init }) => (init === null ? [] : [init]));
}

/** `operation({ … })` without what only servers need; null where it is something else. */
function leanOperation({ callee, arguments: given }: Value, code: string): string | null {
  const properties = callee?.name === 'operation' ? given?.[0]?.properties : undefined;
  const fields = properties === undefined ? null : leanFields(properties, code);
  return fields === null ? null : `/*#__PURE__*/ operation({ ${fields} })`;
}

const MADE_OF_OTHERS = new Set(['ObjectExpression', 'ArrayExpression', 'CallExpression']);

function removableWhenUnused({ type, start, end }: Value, code: string): string | null {
  const text = code.slice(start, end);
  const isPlain = !text.includes('...') && !text.includes('(');
  return isPlain || !MADE_OF_OTHERS.has(type) ? null : `/*#__PURE__*/ (() => (${text}))()`;
}

function leanFields(properties: readonly Property[], code: string): string | null {
  const isSpread = ({ type }: Property) => type === 'SpreadElement';
  const nameOf = ({ key }: Property) => key.name ?? String(key.value);
  const replies = properties.find(property => !isSpread(property) && nameOf(property) === 'responses')?.value
    .properties;
  if (replies === undefined || replies.some(isSpread)) return null;
  const kept = properties
    // What several operations share, their permission among it, stays: it is small.
    .filter(property => isSpread(property) || KEPT.has(nameOf(property)))
    .map(({ start, end }) => code.slice(start, end));
  const bodies = replies.map(
    reply => `${nameOf(reply)}: ${reply.value.type === 'Literal' && reply.value.value === null ? 'null' : '{}'}`,
  );
  return [...kept, `responses: { ${bodies.join(', ')} }`].join(', ');
}
