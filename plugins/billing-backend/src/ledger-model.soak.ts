import { eachDatabase } from '@portico/plugin-kit/testing';
import { compareWithModel } from './testing/ledger-model';

const SEQUENCES = { sqlite: 5_000, postgres: 1_000 } as const;
const SEQUENCES_MILLISECONDS = 1_800_000;

eachDatabase(db => {
  test(
    'any sequence of operations leaves what plain arithmetic over the history says',
    () => compareWithModel(db, SEQUENCES[db.dialect]),
    SEQUENCES_MILLISECONDS,
  );
});
