import type { NodeConnection, RunOptions } from '../../ssh/node-connection';
import { SAID_CHARACTERS_MAX, SCRIPT_SECONDS } from './limits';
import { RuntimeError, runtimeErrorCodes, type RuntimeErrorCode } from './port';

/** How a script says that it gives up; see `scripts/prelude.ts`. */
const FAILED_STATUS = 99;

/** What a script answered: lines `key value`, in order. */
export class NodeAnswer {
  readonly #lines: readonly { key: string; value: string }[];

  constructor(stdout: string) {
    this.#lines = stdout.split('\n').flatMap(line => {
      const match = /^([a-z_]+) (.*)$/.exec(line);
      return match ? [{ key: match[1] ?? '', value: match[2] ?? '' }] : [];
    });
  }

  /** Of the last line of that key. Throws when there is none: the script ended too early, whatever it returned. */
  value(key: string): string {
    const found = this.#lines.findLast(line => line.key === key);
    if (!found) throw new RuntimeError('runtime_failed', `The node did not say ${key.replaceAll('_', ' ')}.`);
    return found.value;
  }

  /** The same as a number, 0 or more. */
  count(key: string): number {
    const value = Number(this.value(key));
    if (!Number.isFinite(value) || value < 0)
      throw new RuntimeError('runtime_failed', `The node said ${key}, which is no number.`);
    return value;
  }

  all(key: string): readonly string[] {
    return this.#lines.filter(line => line.key === key).map(line => line.value);
  }
}

/** Runs one of this runtime's scripts and reads its answer. Whatever went wrong becomes a code that tells whether trying again can help. */
export async function runOnNode(node: NodeConnection, script: string, options: RunOptions = {}): Promise<NodeAnswer> {
  const { status, stdout, stderr } = await node.run(script, { timeoutSeconds: SCRIPT_SECONDS, ...options });
  if (status === 0) return new NodeAnswer(stdout);
  const refusal = /^!([a-z_]+) (.*)$/m.exec(stdout);
  if (status === FAILED_STATUS && refusal && isCode(refusal[1])) throw new RuntimeError(refusal[1], refusal[2] ?? '');
  throw failureOf(status, stderr);
}

function isCode(code: string | undefined): code is RuntimeErrorCode {
  return code !== undefined && code in runtimeErrorCodes;
}

/** What programs on the node complain of, in their own words. */
function failureOf(status: number, stderr: string): RuntimeError {
  if (/no space left on device|disk quota exceeded/i.test(stderr))
    return new RuntimeError('disk_full', 'The disk of the node is full.');
  const gpu = /unresolvable CDI devices? ([\w./=:, -]+)/.exec(stderr);
  if (gpu)
    return new RuntimeError(
      'gpu_unavailable',
      `The node's container runtime does not know ${gpu[1]?.trim()}: its CDI specification lacks it.`,
    );
  const said = stderr.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return new RuntimeError(
    'runtime_failed',
    said === ''
      ? `A command on the node ended with status ${status}.`
      : `The node said: ${said.slice(-SAID_CHARACTERS_MAX)}`,
  );
}
