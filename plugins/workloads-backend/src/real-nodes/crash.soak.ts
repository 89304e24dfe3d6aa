import { eachDatabase } from '@portico/plugin-kit/testing';
import { describeWithRealNodes } from '../../../fleet-backend/src/testing/real-nodes';
import { surviveOnRealNode } from '../testing/crash-on-real-node';
import { lifeOfAnAllocation } from '../testing/crash-points';
import { CHAIN_MILLISECONDS } from '../testing/crash-rehearsal';

describeWithRealNodes('a portal that is killed on both sides of every commit over a real node', () => {
  eachDatabase(db => {
    it(
      'makes one container, and leaves nothing behind',
      async () =>
        surviveOnRealNode(await db.open({ durable: true }), {
          dialect: db.dialect,
          points: lifeOfAnAllocation.filter(point => point.includes('commit')),
        }),
      CHAIN_MILLISECONDS,
    );
  });
});
