import { repeat } from '@portico/plugin-kit/backend';
import type { Attention, Clock, Database, Secrets } from '@portico/plugin-kit/backend';
import { verifyLedgerExport } from './domain/ledger-verification';
import type { LedgerVerdict } from './domain/ledger-verification';
import { closeBooks, ledgerJsonLines } from './ledger-export';
import { ledgerKey } from './ledger-key';
import { takeHeadToCheck } from './store/seals';

/** The books of an organization are looked through so often, by whichever replica is first. */
const CHECK_SECONDS = 3_600;
/** How often it is asked whose turn has come. */
const ROUND_SECONDS = 300;
/** Rest after each page, so that a ledger of a million entries is read over minutes and nobody waits for it. */
const PAGE_REST_MILLISECONDS = 20;

export interface BooksCheckDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly attention: Attention;
  readonly logger: { error(message: string, error?: Error): void };
}

/**
 * Looks through the books of every organization as an auditor would: it makes the export and verifies it, one organization after the other. Balances are kept
 * incrementally; here they are held against the sum of all postings, and entries against their seals. What does not fit is for a person to look at: nothing is mended.
 */
export class BooksCheck {
  readonly #deps: BooksCheckDeps;
  #loop: ReturnType<typeof repeat> | undefined;

  constructor(deps: BooksCheckDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, logger } = this.#deps;
    this.#loop = repeat({
      name: 'the check of the books',
      clock,
      logger,
      intervalSeconds: ROUND_SECONDS,
      restFirst: true,
      work: signal => this.round(signal),
    });
  }

  /** Resolves when the books under way, if any, are put down. */
  async stop(): Promise<void> {
    await this.#loop?.stop();
  }

  /** Everybody whose turn has come, or until the signal aborts. */
  async round(signal: AbortSignal): Promise<void> {
    const { database, clock, logger } = this.#deps;
    for (;;) {
      if (signal.aborted) return;
      const before = clock.now() - CHECK_SECONDS * 1000;
      const organizationId = await database.transaction(tx => takeHeadToCheck(tx, before));
      if (organizationId === null) return;
      try {
        await this.check(organizationId, signal);
      } catch (error) {
        if (!signal.aborted) logger.error(`the books of ${organizationId} could not be checked`, error as Error);
      }
    }
  }

  async check(organizationId: string, signal: AbortSignal): Promise<void> {
    const { database, attention } = this.#deps;
    const key = await ledgerKey(this.#deps);
    const books = await closeBooks(database, { organizationId, key });
    if (books === undefined) return;
    const pages = ledgerJsonLines(database.read, { books, key, signal });
    const verdict = await verifyLedgerExport(this.#linesOf(pages, signal), { publicKey: key.publicKey });
    if (signal.aborted) return;
    const item = { kind: 'ledger_mismatch', resource: { type: 'organization', id: organizationId } };
    await database.transaction(tx =>
      verdict.kind === 'intact'
        ? attention.clear(tx, item)
        : attention.raise(tx, { ...item, organizationId, message: messageOf(verdict) }),
    );
  }

  async *#linesOf(pages: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string> {
    for await (const page of pages) {
      yield* page.trimEnd().split('\n');
      await this.#deps.clock.sleep(PAGE_REST_MILLISECONDS, signal);
    }
  }
}

function messageOf(verdict: LedgerVerdict & { kind: 'altered' }): string {
  const entry = verdict.entryId ?? (verdict.position === null ? undefined : `at position ${verdict.position}`);
  return `The ledger of this organization is not as it was written${entry === undefined ? '' : `, entry ${entry}`}: ${verdict.reason}. Export it and keep it before anything else is done.`;
}
