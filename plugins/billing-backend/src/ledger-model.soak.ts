import { eachDatabase } from '@portico/plugin-kit/testing';
import { compareWithModel } from './testing/ledger-model';

const SEQUENCES = { sqlite: 600, postgres: 200 } as const;
const SEQUENCES_MILLISECONDS = 900_000;

eachDatabase(db => {
  test(
    'any sequence of operations leaves what plain arithmetic over the history says',
    () => compareWithModel(db, SEQUENCES[db.dialect]),
    SEQUENCES_MILLISECONDS,
  );
});
