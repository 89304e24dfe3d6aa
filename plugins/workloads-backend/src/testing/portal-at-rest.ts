import { waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { type Person, type Portal, startPortal } from './portal';

/**
 * One portal for the tests of a block, somebody new with money for each, and what holds after each of them whatever happened in it: nothing runs, all GPUs are free again, no money is held and
 * the books balance.
 */
export function portalAtRest(database: 'sqlite' | 'postgres'): {
  readonly portal: Portal;
  readonly someone: Person;
  readonly gpusAtStart: number;
} {
  let portal: Portal;
  let someone: Person;
  let gpusAtStart: number;
  beforeAll(async () => {
    portal = await startPortal({ database });
    gpusAtStart = await portal.freeGpus();
  });
  afterAll(() => portal.stop());
  beforeEach(async () => {
    someone = await portal.person();
  });
  afterEach(async () => {
    portal.runtime.heal();
    await waitFor(async () => (await portal.freeGpus()) === gpusAtStart, 'all GPUs free');
    expect(portal.runtime.running()).toEqual([]);
    expect((await portal.balance(someone.token)).held.amount).toBe('0');
    await assertBooksBalance(portal.services.database.read);
  });
  return {
    get portal() {
      return portal;
    },
    get someone() {
      return someone;
    },
    get gpusAtStart() {
      return gpusAtStart;
    },
  };
}
