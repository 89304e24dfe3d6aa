import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { type Quote, quoteId, readQuote } from './quote';

const sign = (text: string) => createHmac('sha256', 'our key').update(text).digest('base64url');
const quote: Quote = {
  organizationId: 'org_1',
  skuId: 'sku_1',
  gpuCount: 2,
  count: 3,
  pricePerHour: 123_456_789_012_345_678n,
  currency: 'USD',
  expiresAt: 1_000,
};
const wanted = { organizationId: 'org_1', skuId: 'sku_1', gpuCount: 2, count: 3, currency: 'USD', now: 999 };

describe('a quote', () => {
  it('is read back exactly, price included', () => {
    expect(readQuote(quoteId(quote, sign), wanted, sign)).toEqual({ kind: 'valid', quote });
  });

  it('expires at its instant', () => {
    expect(readQuote(quoteId(quote, sign), { ...wanted, now: 1_000 }, sign)).toEqual({
      kind: 'expired',
      expiredAt: 1_000,
    });
  });

  it.each([{ organizationId: 'org_2' }, { skuId: 'sku_2' }, { gpuCount: 1 }, { count: 1 }, { currency: 'EUR' }])(
    'is worth nothing for %j',
    other => {
      expect(readQuote(quoteId(quote, sign), { ...wanted, ...other }, sign)).toEqual({ kind: 'invalid' });
    },
  );

  it('of another portal is worth nothing', () => {
    const foreign = quoteId(quote, text => createHmac('sha256', 'their key').update(text).digest('base64url'));
    expect(readQuote(foreign, wanted, sign)).toEqual({ kind: 'invalid' });
  });

  it('cannot be changed, and nothing sent as one makes reading throw', () => {
    const id = quoteId(quote, sign);
    fc.assert(
      fc.property(fc.nat(id.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (place, letter) => {
        const changed = id.slice(0, place) + letter + id.slice(place + 1);
        if (changed !== id) expect(readQuote(changed, wanted, sign).kind).toBe('invalid');
      }),
    );
    fc.assert(fc.property(fc.string(), text => expect(readQuote(text, wanted, sign).kind).toBe('invalid')));
  });
});
