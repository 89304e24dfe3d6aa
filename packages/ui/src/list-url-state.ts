/**
 * The state of a list is its URL, so that a list can be shared, reloaded and returned to. Parsing drops what the schema
 * does not allow instead of failing: an old bookmark opens the list with the parts that still make sense. Serializing
 * leaves defaults out, and `parse(serialize(state))` equals `state`.
 */
export interface ListFilterRule {
  /** Closed set of values; without it any text up to `maxLength` that matches `pattern`. */
  values?: readonly string[];
  /** Several values at once, as repeated parameters. */
  multiple?: boolean;
  pattern?: RegExp;
  maxLength?: number;
}

export interface ListUrlSchema<F extends string = string> {
  filters?: Readonly<Record<F, ListFilterRule>>;
  /** Name of the search parameter; absent when the list has no search. */
  search?: string;
  /** Sort values as the operation takes them (`-created_at`); the first is the default. */
  sorts?: readonly string[];
}

export interface ListUrlState<F extends string = string> {
  filters: Readonly<Partial<Record<F, readonly string[]>>>;
  search: string;
  sort: string | null;
  cursor: string | null;
}

export const LIST_VALUE_LENGTH_MAX = 200;
const CURSOR_LENGTH_MAX = 1024;
/** Values of one filter; more cannot be shown in a filter row. */
const VALUES_MAX = 20;

export function parseListUrl<F extends string>(schema: ListUrlSchema<F>, params: URLSearchParams): ListUrlState<F> {
  const filters: Partial<Record<F, readonly string[]>> = {};
  for (const [key, rule] of filterRules(schema)) {
    const allowed = [...new Set(params.getAll(key))].filter(value => isAllowed(rule, value));
    const values = rule.multiple ? allowed.slice(0, VALUES_MAX) : allowed.slice(0, 1);
    if (values.length > 0) filters[key] = values;
  }
  const sort = params.get('sort');
  const cursor = params.get('cursor');
  const search = schema.search ? (params.get(schema.search) ?? '') : '';
  return {
    filters,
    search: search.length <= LIST_VALUE_LENGTH_MAX ? search : '',
    sort: sort !== null && schema.sorts?.includes(sort) ? sort : (schema.sorts?.[0] ?? null),
    cursor: cursor !== null && cursor.length > 0 && cursor.length <= CURSOR_LENGTH_MAX ? cursor : null,
  };
}

export function serializeListUrl<F extends string>(schema: ListUrlSchema<F>, state: ListUrlState<F>): URLSearchParams {
  const params = new URLSearchParams();
  for (const [key] of filterRules(schema)) for (const value of state.filters[key] ?? []) params.append(key, value);
  if (schema.search && state.search) params.set(schema.search, state.search);
  if (state.sort !== null && state.sort !== schema.sorts?.[0]) params.set('sort', state.sort);
  if (state.cursor !== null) params.set('cursor', state.cursor);
  return params;
}

/** True when a filter or the search narrows the list: an empty result then says "nothing matches", not "nothing here". */
export function isNarrowed(state: ListUrlState): boolean {
  return state.search !== '' || Object.values(state.filters).some(values => (values?.length ?? 0) > 0);
}

function filterRules<F extends string>(schema: ListUrlSchema<F>): Array<[F, ListFilterRule]> {
  return Object.entries(schema.filters ?? {}) as Array<[F, ListFilterRule]>;
}

function isAllowed(rule: ListFilterRule, value: string): boolean {
  if (value === '' || value.length > (rule.maxLength ?? LIST_VALUE_LENGTH_MAX)) return false;
  if (rule.values && !rule.values.includes(value)) return false;
  return rule.pattern ? rule.pattern.test(value) : true;
}
