/** `allocations/{allocation_id}` → `['allocation_id']`. */
export function parameterNames(template: string): string[] {
  return [...template.matchAll(/\{([^}]+)\}/g)].map(match => match[1] as string);
}

interface Branch<Value> {
  readonly literals: Map<string, Branch<Value>>;
  parameter: Branch<Value> | undefined;
  leaf: { value: Value; names: readonly string[] } | undefined;
}

const branch = <Value>(): Branch<Value> => ({ literals: new Map(), parameter: undefined, leaf: undefined });

/** Finds what is registered for a path, segment by segment; a literal segment wins over a parameter. */
export class PathTree<Value> {
  readonly #root = branch<Value>();

  /** The value at this template, made on first use. */
  at(template: string, make: () => Value): Value {
    let here = this.#root;
    for (const segment of split(template)) {
      if (segment.startsWith('{')) here = here.parameter ??= branch<Value>();
      else {
        const next = here.literals.get(segment) ?? branch<Value>();
        here.literals.set(segment, next);
        here = next;
      }
    }
    here.leaf ??= { value: make(), names: parameterNames(template) };
    return here.leaf.value;
  }

  /** Parameters come in the order of the template, still percent-encoded. */
  find(path: string): { value: Value; parameters: readonly string[] } | undefined {
    const segments = split(path);
    const parameters: string[] = [];
    const leaf = descend(this.#root, segments, 0, parameters);
    return leaf && { value: leaf.value, parameters };
  }
}

function descend<Value>(
  here: Branch<Value>,
  segments: readonly string[],
  at: number,
  parameters: string[],
): Branch<Value>['leaf'] {
  if (at === segments.length) return here.leaf;
  const segment = segments[at] as string;
  const literal = here.literals.get(segment);
  const found = literal && descend(literal, segments, at + 1, parameters);
  if (found || !here.parameter || segment === '') return found;
  parameters.push(segment);
  const below = descend(here.parameter, segments, at + 1, parameters);
  if (!below) parameters.pop();
  return below;
}

function split(path: string): string[] {
  return path.replace(/^\//, '').split('/');
}
