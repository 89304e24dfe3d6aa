import type { ErrorObject } from 'ajv';

/** Longest value quoted back; enough to recognise it. */
const QUOTED_CHARACTERS_MAX = 60;
/** A misspelling is at most so many edits away from what was meant. */
const SUGGESTION_EDITS_MAX = 4;
const SECRET_NAME = /secret|password|token|key|url/i;

/** One sentence for one problem: where, what was found, what is allowed. Values that may be secret are not repeated. */
export function describeProblem(error: ErrorObject): string {
  const place = error.instancePath.split('/').slice(1).map(unescapePointer);
  if (error.keyword === 'additionalProperties') return unknownKey(place, error);
  if (error.keyword === 'required') {
    return `${named([...place, String(error.params['missingProperty'])])} is missing from the configuration.`;
  }
  return `${named(place)} is ${found(place, error.data)}; allowed is ${allowed(error)}.`;
}

function unknownKey(place: string[], error: ErrorObject): string {
  const key = String(error.params['additionalProperty']);
  const known = Object.keys((error.parentSchema as { properties?: object }).properties ?? {});
  const nearest = known
    .map(name => ({ name, edits: edits(name.toLowerCase(), key.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)[0];
  const advice =
    nearest !== undefined && nearest.edits <= Math.min(SUGGESTION_EDITS_MAX, Math.ceil(nearest.name.length / 2))
      ? `did you mean ${named([...place, nearest.name])}?`
      : `known ${place.length === 0 ? 'at the top level' : `in ${named(place)}`}: ${known.join(', ')}.`;
  return `${named([...place, key])} is not a setting of Portico; ${advice}`;
}

function named(place: readonly string[]): string {
  return `"${place.join('.')}"`;
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function found(place: readonly string[], value: unknown): string {
  const kind =
    value === null
      ? 'empty'
      : Array.isArray(value)
        ? 'a list'
        : typeof value === 'object'
          ? 'a group of settings'
          : `a ${typeof value}`;
  if (typeof value === 'object' || SECRET_NAME.test(place.at(-1) ?? '')) return kind;
  return `${JSON.stringify(value).slice(0, QUOTED_CHARACTERS_MAX)} (${kind})`;
}

function allowed(error: ErrorObject): string {
  const schema = error.parentSchema as {
    type?: string | string[];
    enum?: unknown[];
    minimum?: number;
    maximum?: number;
    pattern?: string;
    format?: string;
  };
  if (schema.enum !== undefined) return `one of ${schema.enum.map(value => JSON.stringify(value)).join(', ')}`;
  if (error.keyword === 'type' || schema.minimum !== undefined || schema.maximum !== undefined) {
    const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'another type');
    const noun =
      {
        integer: 'a whole number',
        number: 'a number',
        string: 'a text',
        boolean: 'true or false',
        object: 'a group of settings',
        array: 'a list',
      }[type] ?? type;
    const least = schema.minimum === undefined ? '' : ` from ${schema.minimum}`;
    const most = schema.maximum === undefined ? '' : ` up to ${schema.maximum}`;
    return noun + least + most;
  }
  if (schema.pattern !== undefined) return `a text that matches ${schema.pattern}`;
  if (schema.format !== undefined) return `a text in the format ${schema.format}`;
  return `what ${error.message ?? 'its schema asks for'}`;
}

/** Levenshtein distance, one row at a time. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, place) => place);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substitution = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, substitution));
    }
    row = next;
  }
  return row[to.length] as number;
}
