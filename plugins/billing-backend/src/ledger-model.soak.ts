import { eachDatabase } from '@portico/plugin-kit/testing';
import { compareWithModel } from './testing/ledger-model';

/** Batches each begin with an empty ledger: the books are checked as a whole after every sequence, which takes longer the more there are. */
const BATCHES = { sqlite: 50, postgres: 10 } as const;
const SEQUENCES_PER_BATCH = 100;
const SOAK_MILLISECONDS = 900_000;

eachDatabase(db => {
  test(
    'any sequence of operations leaves what plain arithmetic over the history says',
    async () => {
      for (let batch = 0; batch < BATCHES[db.dialect]; batch += 1) await compareWithModel(db, SEQUENCES_PER_BATCH);
    },
    SOAK_MILLISECONDS,
  );
});
