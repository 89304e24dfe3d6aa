import { invalid } from './stripe-fault';

/** A form of Stripe's: `line_items[0][price_data][currency]=usd` is a tree. Lists are objects with numbers for keys until somebody reads them as a list. */
interface Tree {
  [key: string]: string | Tree;
}

const KEY = /^([^[\]]+)((?:\[[^[\]]*\])*)$/;
/** Depth of the deepest parameter anybody sends. */
const DEPTH_MAX = 8;

function parseForm(text: string): Tree {
  const root: Tree = Object.create(null);
  for (const [key, value] of new URLSearchParams(text)) {
    const [, first, rest] = KEY.exec(key) ?? [];
    if (first === undefined || rest === undefined) throw invalid(`Invalid parameter name: ${key}`);
    const steps = [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, step]) => step ?? '')];
    if (steps.length > DEPTH_MAX) throw invalid('Parameters are nested too deeply.');
    let tree = root;
    for (const step of steps.slice(0, -1)) {
      const next = tree[step] ?? (Object.create(null) as Tree);
      if (typeof next === 'string') throw invalid(`Invalid parameter: ${key}`);
      tree[step] = next;
      tree = next;
    }
    const last = steps.at(-1) ?? '';
    // `expand[]=a&expand[]=b` is a list as well as `expand[0]=a`.
    tree[last === '' ? String(Object.keys(tree).length) : last] = value;
  }
  return root;
}

/**
 * Reads parameters and remembers which: what nobody read is unknown, and Stripe refuses a request with a parameter it does not know. A misspelt one would otherwise be a
 * wish that is silently not granted.
 */
export class FormParams {
  readonly #tree: Tree;
  readonly #path: string;
  readonly #read = new Set<string>();
  readonly #children: FormParams[] = [];

  constructor(form: string | Tree, path = '') {
    this.#tree = typeof form === 'string' ? parseForm(form) : form;
    this.#path = path;
  }

  optional(name: string): string | undefined {
    this.#read.add(name);
    const value = this.#tree[name];
    if (typeof value === 'object') throw invalid(`Invalid string: ${this.#named(name)}`, { param: this.#named(name) });
    return value;
  }

  text(name: string): string {
    const value = this.optional(name);
    const param = this.#named(name);
    if (value === undefined) throw invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
    if (value === '') {
      throw invalid(`You passed an empty string for '${param}'.`, { code: 'parameter_invalid_empty', param });
    }
    return value;
  }

  integer(name: string): number {
    const value = this.text(name);
    const param = this.#named(name);
    if (!/^-?\d{1,15}$/.test(value))
      throw invalid(`Invalid integer: ${value}`, { code: 'parameter_invalid_integer', param });
    return Number(value);
  }

  optionalInteger(name: string): number | undefined {
    return this.#tree[name] === undefined ? undefined : this.integer(name);
  }

  flag(name: string): boolean {
    const value = this.optional(name) ?? 'false';
    if (value !== 'true' && value !== 'false') {
      throw invalid(`Invalid boolean: ${value}`, { param: this.#named(name) });
    }
    return value === 'true';
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    const found = values.find(known => known === value);
    if (found === undefined) {
      throw invalid(`Invalid ${this.#named(name)}: must be one of ${values.join(', ')}`, { param: this.#named(name) });
    }
    return found;
  }

  /** An empty one when it is not there. */
  group(name: string): FormParams {
    this.#read.add(name);
    const value = this.#tree[name] ?? (Object.create(null) as Tree);
    if (typeof value === 'string') throw invalid(`Invalid object`, { param: this.#named(name) });
    const child = new FormParams(value, this.#named(name));
    this.#children.push(child);
    return child;
  }

  groups(name: string): FormParams[] {
    const list = this.group(name);
    return list.names().map(index => list.group(index));
  }

  texts(name: string): string[] {
    const list = this.group(name);
    return list.names().map(index => list.text(index));
  }

  /** At most 50 keys of 40 characters with values of 500 (docs.stripe.com/api/metadata). */
  metadata(name = 'metadata'): Record<string, string> {
    const group = this.group(name);
    const entries = group.names().map(key => [key, group.optional(key) ?? ''] as const);
    if (entries.length > 50 || entries.some(([key, value]) => key.length > 40 || value.length > 500)) {
      throw invalid('Metadata is too large.', { param: this.#named(name) });
    }
    return Object.fromEntries(entries.filter(([, value]) => value !== ''));
  }

  names(): string[] {
    return Object.keys(this.#tree);
  }

  /** Call after all reading. */
  nothingElse(): void {
    for (const name of this.names()) {
      if (!this.#read.has(name)) {
        const param = this.#named(name);
        throw invalid(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
      }
    }
    for (const child of this.#children) child.nothingElse();
  }

  #named(name: string): string {
    return this.#path === '' ? name : `${this.#path}[${name}]`;
  }
}
