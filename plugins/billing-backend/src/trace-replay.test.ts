import { eachDatabase } from '@portico/plugin-kit/testing';
import { LEASES, REPLAY_MILLISECONDS, replayTrace } from './testing/trace-replay';

/** The whole trace on PostgreSQL: trace-replay.soak.ts. */
const LEASES_OF = { sqlite: LEASES, postgres: 1_000 } as const;

eachDatabase(db => {
  test(
    'the bill of real leases equals an independent sum to the micro-unit',
    () => replayTrace(db, LEASES_OF[db.dialect]),
    REPLAY_MILLISECONDS,
  );
});
