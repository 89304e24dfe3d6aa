import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { common } from '@portico/plugin-kit/contract';

/**
 * argon2id as OWASP's first choice has it: 19 MiB, 2 passes, 1 lane; about 40 ms on one core. Hashing is the most expensive thing a
 * stranger can ask for, so few run at a time and few wait: beyond that the answer is 503 at once, and everything else stays fast.
 */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Hashes at a time: half of libuv's four threads, so that files and name look-ups are never starved. */
const RUNNING_MAX = 2;
/** Hashes that wait: at 40 ms and two at a time the last one waits five seconds, about as long as a person does. */
const WAITING_MAX = 256;
const RETRY_AFTER_SECONDS = 2;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

interface Stored {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export class PasswordHasher {
  readonly #runningMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  /** What the password of nobody is compared with: no text hashes to it but by chance of 2^-256. */
  readonly #nobody: Stored = { ...PARAMETERS, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
  #running = 0;

  constructor(limits: { runningMax?: number; waitingMax?: number } = {}) {
    this.#runningMax = limits.runningMax ?? RUNNING_MAX;
    this.#waitingMax = limits.waitingMax ?? WAITING_MAX;
  }

  /** A PHC string with its own salt and parameters. Throws `service_unavailable` when too many wait. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#limited(() => derive(password, { ...PARAMETERS, salt, hash: Buffer.alloc(HASH_BYTES) }));
    const { memory, passes, parallelism } = PARAMETERS;
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
  }

  /** `stored` is null where there is no such user: the same work is done, and the answer is no. */
  async verify(password: string, stored: string | null): Promise<boolean> {
    const expected = stored === null ? this.#nobody : parse(stored);
    const hash = await this.#limited(() => derive(password, expected));
    return timingSafeEqual(hash, expected.hash) && stored !== null;
  }

  async #limited<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#runningMax) {
      if (this.#waiting.length >= this.#waitingMax)
        throw common.fail('service_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      // The one who finishes hands its place over, so `running` does not change in between and nobody overtakes.
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

function derive(password: string, stored: Stored): Promise<Buffer> {
  const { memory, passes, parallelism, salt, hash } = stored;
  return new Promise((resolve, reject) => {
    const parameters = { message: password, nonce: salt, parallelism, tagLength: hash.length, memory, passes };
    argon2('argon2id', parameters, (error, derived) => (error ? reject(error) : resolve(derived)));
  });
}

function parse(stored: string): Stored {
  const [, memory, passes, parallelism, salt, hash] = PHC.exec(stored) ?? [];
  if (salt === undefined || hash === undefined)
    throw new Error('A stored password hash is not in the form this version writes.');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

/** PHC strings carry base64 without padding. */
function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
