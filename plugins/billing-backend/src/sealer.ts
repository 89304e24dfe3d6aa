import { WakeableLoop } from '@portico/plugin-kit/backend';
import type { Clock, Database, Secrets } from '@portico/plugin-kit/backend';
import { sealEntries } from './actions/seal-entries';
import { ledgerKey } from './ledger-key';
import type { LedgerKey } from './ledger-key';
import { onEntriesPosted } from './store/posted-signal';

/** Movements come in bursts, and a burst is sealed by one commit: this long after its first, well within the second that is promised. */
const SEAL_DELAY_MILLISECONDS = 300;
/** What another process posted that ended before it sealed is found this late at most. */
const SEAL_POLL_MILLISECONDS = 5_000;

export interface SealerDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly logger: { warn(message: string, error: Error): void };
}

/** Seals entries within a second of their commit. Every replica runs one: they take turns by a lock, and none has to be elected. */
export class Sealer {
  readonly #deps: SealerDeps;
  readonly #loop: WakeableLoop;
  readonly #stopping = new AbortController();
  #key: LedgerKey | undefined;
  #stopListening: (() => void) | undefined;

  constructor(deps: SealerDeps) {
    this.#deps = deps;
    this.#loop = new WakeableLoop({
      name: 'the sealing of the ledger',
      clock: deps.clock,
      logger: deps.logger,
      pollMilliseconds: SEAL_POLL_MILLISECONDS,
      work: () => this.round(),
    });
  }

  start(): void {
    let isDue = false;
    this.#stopListening = onEntriesPosted(() => {
      if (isDue) return;
      isDue = true;
      void this.#deps.clock.sleep(SEAL_DELAY_MILLISECONDS, this.#stopping.signal).then(() => {
        isDue = false;
        this.#loop.wake();
      });
    });
    this.#loop.start();
  }

  /** Resolves when the round under way, if any, is done. */
  async stop(): Promise<void> {
    this.#stopListening?.();
    this.#stopping.abort();
    await this.#loop.stop();
  }

  /** Seals what waits now; true when there may be more. */
  async round(): Promise<boolean> {
    this.#key ??= await ledgerKey(this.#deps);
    return sealEntries(this.#deps.database, this.#key);
  }
}
