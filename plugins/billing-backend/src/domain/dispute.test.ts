import fc from 'fast-check';
import { DISPUTE_STATUSES, isNewStatus, moneyOf } from './dispute';
import type { DisputeStatus } from './dispute';

test('in whatever order and however often it is told, a dispute ends where it has got furthest, and takes its amount at most once', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...DISPUTE_STATUSES), { minLength: 1, maxLength: 12 }), told => {
      let status: DisputeStatus | null = null;
      let isClaimed = false;
      let taken = 0;
      for (const next of told) {
        if (status !== null && !isNewStatus(status, next)) continue;
        const money = moneyOf(next, isClaimed);
        taken += money === 'claim' ? 1 : money === 'give_back' ? -1 : 0;
        if (money !== 'nothing') isClaimed = money === 'claim';
        status = next;
        expect([0, 1]).toContain(taken);
      }
      const furthest = DISPUTE_STATUSES.at(Math.max(...told.map(one => DISPUTE_STATUSES.indexOf(one))));
      expect(status).toBe(furthest);
      expect(taken).toBe(furthest === 'open' || furthest === 'lost' ? 1 : 0);
    }),
  );
});
