import { AUTHORIZED_KEYS_MAX, ENVIRONMENT_BYTES_MAX } from './limits';
import { RuntimeError, type GpuReport, type ProvisionRequest, type RuntimeImage } from './port';

/**
 * What goes from Portico to a node is checked here, whoever checked it before: arguments are never interpreted by a shell, but podman reads meaning into many of them (`,` and `:` in mounts, a
 * leading `-`, a newline in a file of variables or keys), and sshd into every word before a key.
 */
const shapes = {
  allocation: /^[A-Za-z0-9_]{1,64}$/,
  node: /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/,
  hostname: /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
  login: /^[a-z_][a-z0-9_-]{0,31}$/,
  image:
    /^[a-z0-9]+([._-][a-z0-9]+)*(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$/,
  digest: /^sha256:[0-9a-f]{64}$/,
  gpu: /^[A-Za-z0-9][A-Za-z0-9./_-]{0,127}$/,
  cdiKind: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/,
  namespace: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
  variable: /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
  network: /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/,
  nameserver: /^\d{1,3}(\.\d{1,3}){3}$/,
} as const;

export function checked(what: keyof typeof shapes, value: string): string {
  if (!shapes[what].test(value) || value.length > 255)
    throw new RuntimeError(
      'runtime_failed',
      `${JSON.stringify(value.slice(0, 64))} is no name of a${what === 'image' || what === 'allocation' ? 'n' : ''} ${what} that a node may be given.`,
    );
  return value;
}

/** As arguments of the script that looks for an image: where it comes from, and the digest or nothing. */
export function imageArguments(image: RuntimeImage, base: string): [source: string, digest: string] {
  if (image.source === null) return [checked('image', base), ''];
  return [checked('image', image.source), image.digest === null ? '' : checked('digest', image.digest)];
}

export function gpuArguments(gpus: readonly GpuReport[]): string[] {
  return gpus.map(gpu => {
    if (!Number.isInteger(gpu.index) || gpu.index < 0)
      throw new RuntimeError('runtime_failed', 'A GPU has no number on its node.');
    return `${gpu.index}/${checked('gpu', gpu.uuid)}`;
  });
}

export function positive(what: string, value: number): number {
  if (!Number.isFinite(value) || value <= 0) throw new RuntimeError('runtime_failed', `${what} must be above 0.`);
  return value;
}

/** A line per variable, as podman reads them: no notation for a newline exists, so none may be in there. */
export function environmentFile(environment: ProvisionRequest['environment']): string {
  const lines = Object.entries(environment).map(([name, value]) => {
    checked('variable', name);

    if (/[\u0000-\u001f\u007f]/.test(value))
      throw new RuntimeError('runtime_failed', `The variable ${name} holds a character that cannot be handed on.`);
    return `${name}=${value}\n`;
  });
  const file = lines.join('');
  if (Buffer.byteLength(file) > ENVIRONMENT_BYTES_MAX)
    throw new RuntimeError('runtime_failed', 'The environment is larger than a container takes.');
  return file;
}

const KEY = /^((?:sk-)?(?:ssh|ecdsa)-[a-z0-9-]+(?:@openssh\.com)?) ([A-Za-z0-9+/]{16,16384}={0,2})(?: [^\r\n]*)?$/;

/**
 * Type and key alone. What else a line could hold (options before the key, a second line) would be obeyed by sshd. A key that is none is left out rather than failing the launch: it lets nobody
 * in either way.
 */
export function authorizedKeysFile(publicKeys: readonly string[]): string {
  return publicKeys
    .slice(0, AUTHORIZED_KEYS_MAX)
    .flatMap(key => {
      const match = KEY.exec(key.trim());
      return match ? [`${match[1]} ${match[2]}\n`] : [];
    })
    .join('');
}

export const fileLine = (name: string, content: string): string =>
  `${name} ${Buffer.from(content, 'utf8').toString('base64')}\n`;
