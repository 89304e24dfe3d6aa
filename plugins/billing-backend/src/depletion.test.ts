import { eachDatabase } from '@portico/plugin-kit/testing';
import { depleteFleets } from './testing/depletion';

const RUNS = { sqlite: 40, postgres: 15 } as const;
const HOUR = 3_600_000;
const MILLISECONDS_MAX = 60_000;

eachDatabase(db => {
  test(
    'whatever runs when the money ends: announced, paid from holds, stopped, and no more than one tick beyond it',
    () => depleteFleets(db, { numRuns: RUNS[db.dialect], late: 0 }),
    MILLISECONDS_MAX,
  );

  test(
    'and no more than that when nobody looked for hours',
    () => depleteFleets(db, { numRuns: RUNS[db.dialect], late: 7 * HOUR }),
    MILLISECONDS_MAX,
  );
});
