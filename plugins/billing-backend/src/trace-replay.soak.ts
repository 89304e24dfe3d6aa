import { eachDatabase } from '@portico/plugin-kit/testing';
import { LEASES, REPLAY_MILLISECONDS, replayTrace } from './testing/trace-replay';

eachDatabase(db => {
  test(
    'the bill of 7,255 real leases equals an independent sum to the micro-unit',
    () => replayTrace(db, LEASES),
    REPLAY_MILLISECONDS,
  );
});
