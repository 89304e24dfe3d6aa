import fc from 'fast-check';
import { fencingToken } from './fencing';

const call = fc.record({
  epoch: fc.integer({ min: 1, max: 1_000 }),
  lease: fc.integer({ min: 1, max: 2 ** 30 - 1 }),
  purpose: fc.constantFrom('start' as const, 'end' as const),
});

describe('the fencing token', () => {
  it('orders by task, then lease, then purpose, and stays an exact integer', () => {
    fc.assert(
      fc.property(call, call, (a, b) => {
        const order =
          a.epoch - b.epoch || a.lease - b.lease || (a.purpose === 'end' ? 1 : 0) - (b.purpose === 'end' ? 1 : 0);
        expect(Math.sign(fencingToken(a) - fencingToken(b))).toBe(Math.sign(order));
        expect(Number.isSafeInteger(fencingToken(a))).toBe(true);
      }),
    );
  });
});
