import { IMAGE_SOURCE_LENGTH_MAX } from './limits';

/**
 * Where a node gets an image. It becomes an argument of the container engine on the node, so nothing passes that is not a reference: no option, no space, no tag
 * of a registry (what runs there is named by its digest), no short name (which registry such a name means is the node's business, not the catalogue's).
 *
 *   registry.example/team/cuda-shell     a registry: a host with a dot or a port, then a path
 *   localhost/portico-base:1             preloaded on the node; a tag may follow
 *
 * Grammar after the distribution specification (https://github.com/distribution/reference): components of lower-case letters and digits with single separators.
 */
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const host = `(?:${label}(?:\\.${label})+(?::[0-9]{1,5})?|${label}:[0-9]{1,5})`;
const tag = '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}';

export const imageSourceSchema = {
  type: 'string',
  minLength: 3,
  maxLength: IMAGE_SOURCE_LENGTH_MAX,
  pattern: `^(?:localhost(?:/${component})+(?::${tag})?|${host}(?:/${component})+)$`,
  description:
    'A registry reference without tag (`registry.example/cuda-shell`), or the name of an image that is preloaded on the nodes (`localhost/portico-base:1`).',
} as const;

/** Content digest. */
export const imageDigestSchema = { type: 'string', pattern: '^sha256:[a-f0-9]{64}$' } as const;

/** The login name inside: what every system takes as a user name. */
export const defaultUserSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 32,
  pattern: '^[a-z_][a-z0-9_-]{0,31}$',
} as const;

/** An image is preloaded on the nodes, or pulled from a registry. */
export function isPreloaded(source: string): boolean {
  return source.startsWith('localhost/');
}
