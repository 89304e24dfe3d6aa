import { eachDatabase } from '@portico/plugin-kit/testing';
import { compareWithModel } from './testing/ledger-model';

const SEQUENCES = { sqlite: 120, postgres: 40 } as const;
const SEQUENCES_MILLISECONDS = 120_000;

eachDatabase(db => {
  test(
    'any sequence of operations leaves what plain arithmetic over the history says',
    () => compareWithModel(db, SEQUENCES[db.dialect]),
    SEQUENCES_MILLISECONDS,
  );
});
