import { eachDatabase } from '@portico/plugin-kit/testing';
import { depleteFleets } from './testing/depletion';

const RUNS = 500;
const SOAK_MILLISECONDS = 900_000;

eachDatabase(db => {
  test(
    'no fleet charges more than one tick beyond its money',
    async () => {
      for (const late of [0, 60_000, 30 * 3_600_000]) await depleteFleets(db, { numRuns: RUNS, late });
    },
    SOAK_MILLISECONDS,
  );
});
