/** Tags people give to what they launch, to find it again and to see what it cost: `{ "team": "vision", "run": "42" }`. */

/** More would be a description. */
export const TAGS_MAX = 10;
const TAG_KEY_LENGTH_MAX = 40;
const TAG_VALUE_LENGTH_MAX = 80;
const TAG_KEY = `[a-z0-9][a-z0-9_.-]{0,${TAG_KEY_LENGTH_MAX - 1}}`;
/** One line; spaces stand inside only, so that no two values look alike. */
const TAG_VALUE = `[^\\s\\u0000-\\u001f\\u007f](?:[^\\u0000-\\u001f\\u007f]{0,${TAG_VALUE_LENGTH_MAX - 2}}[^\\s\\u0000-\\u001f\\u007f])?`;

export type Tags = Readonly<Record<string, string>>;

export const tagsSchema = {
  type: 'object',
  description: 'Key and value of each tag. Keys have small letters, digits, `_`, `.` and `-`.',
  maxProperties: TAGS_MAX,
  propertyNames: { pattern: `^${TAG_KEY}$` },
  additionalProperties: { type: 'string', minLength: 1, maxLength: TAG_VALUE_LENGTH_MAX, pattern: `^${TAG_VALUE}$` },
} as const;

/** Of a list: only what has this tag. The key ends at the first colon. */
export const tagFilterSchema = {
  type: 'string',
  minLength: 3,
  maxLength: TAG_KEY_LENGTH_MAX + 1 + TAG_VALUE_LENGTH_MAX,
  pattern: `^${TAG_KEY}:${TAG_VALUE}$`,
  description: '`key:value`: only what has this tag.',
} as const;

/** `tag:KEY`, where costs are grouped by the values of one tag. */
export const TAG_GROUP_PATTERN = `tag:${TAG_KEY}`;

/** What a filter that fits the schema asks for. */
export function tagOf(filter: string): { readonly key: string; readonly value: string } {
  const colon = filter.indexOf(':');
  return { key: filter.slice(0, colon), value: filter.slice(colon + 1) };
}

/** Keys in order, so that the same tags are the same text. */
export function canonicalTags(tags: Tags): string {
  return JSON.stringify(Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))));
}
