import type { Transaction } from '@portico/plugin-kit/backend';

/** A process that died. */
export class Crash extends Error {}

/** The transaction of a process that dies before its statement number `at`. */
export function crashingAt(tx: Transaction, at: number): Transaction {
  let made = 0;
  const before = () => {
    made += 1;
    if (made === at) throw new Crash();
  };
  return {
    dialect: tx.dialect,
    now: tx.now,
    forUpdate: tx.forUpdate,
    afterCommit: listener => tx.afterCommit(listener),
    all: async (...query) => (before(), tx.all(...query)),
    first: async (...query) => (before(), tx.first(...query)),
    run: async (...query) => (before(), tx.run(...query)),
  };
}

/** Runs `work` again and again, each time dying one statement later, until it comes through; `check` after each death. Returns how many it died in, and the last result. */
export async function dieAtEveryStatement<Result>(
  transaction: (work: (tx: Transaction) => Promise<Result>) => Promise<Result>,
  work: (tx: Transaction) => Promise<Result>,
  check: () => Promise<void>,
): Promise<{ deaths: number; result: Result }> {
  for (let at = 1; ; at += 1) {
    try {
      return { deaths: at - 1, result: await transaction(tx => work(crashingAt(tx, at))) };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      await check();
    }
  }
}
