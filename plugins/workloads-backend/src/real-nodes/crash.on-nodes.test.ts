import { createTestDatabase, TestClock } from '@portico/plugin-kit/testing';
import { describeWithRealNodes } from '../../../fleet-backend/src/testing/real-nodes';
import { surviveOnRealNode } from '../testing/crash-on-real-node';
import { CHAIN_MILLISECONDS } from '../testing/crash-rehearsal';

// Both databases and every commit: crash.soak.ts. On PostgreSQL a dead worker's leases are waited for again and again.
describeWithRealNodes('a portal that is killed over a real node', () => {
  it(
    'finds the container it made, makes no second one, and leaves nothing behind',
    async () => {
      const store = await createTestDatabase('sqlite', { durable: true });
      const clock = new TestClock();
      const database = store.connect(clock);
      try {
        await surviveOnRealNode(
          { store, database, clock },
          {
            dialect: 'sqlite',
            points: [
              'after commit of provisioning',
              'before commit of active',
              'after commit of active',
              'before commit of released',
            ],
          },
        );
      } finally {
        await database.close();
        await store.drop();
      }
    },
    CHAIN_MILLISECONDS,
  );
});
