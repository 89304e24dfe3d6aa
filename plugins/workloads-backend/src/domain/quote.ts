import { timingSafeEqual } from 'node:crypto';
import type { Micros } from '@portico/plugin-kit/contract';

/**
 * A quote is a promise of a price, carried by its own id: what it says, and a keyed hash that only this portal can make. Nothing is
 * stored. It binds organization, hardware, counts and price, and is good until it expires.
 */
export interface Quote {
  readonly organizationId: string;
  readonly skuId: string;
  readonly gpuCount: number;
  /** Allocations alike. */
  readonly count: number;
  /** Of one of them. */
  readonly pricePerHour: Micros;
  readonly currency: string;
  readonly expiresAt: number;
}

export type QuoteReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'expired'; readonly expiredAt: number }
  | { readonly kind: 'valid'; readonly quote: Quote };

/** Keyed hash of a text. */
export type Sign = (text: string) => string;

export function quoteId(quote: Quote, sign: Sign): string {
  const body = [
    quote.organizationId,
    quote.skuId,
    quote.gpuCount,
    quote.pricePerHour.toString(),
    quote.currency,
    quote.expiresAt,
    quote.count,
  ];
  const text = Buffer.from(JSON.stringify(body)).toString('base64url');
  return `quote_${text}.${sign(text)}`;
}

/** What the id is worth to this caller, for this hardware and count, now. */
export function readQuote(
  id: string | undefined,
  wanted: Pick<Quote, 'organizationId' | 'skuId' | 'gpuCount' | 'count' | 'currency'> & { now: number },
  sign: Sign,
): QuoteReading {
  if (id === undefined) return { kind: 'absent' };
  const quote = opened(id, sign);
  const fits =
    quote &&
    quote.organizationId === wanted.organizationId &&
    quote.skuId === wanted.skuId &&
    quote.gpuCount === wanted.gpuCount &&
    quote.count === wanted.count &&
    quote.currency === wanted.currency;
  if (!quote || !fits) return { kind: 'invalid' };
  return quote.expiresAt <= wanted.now ? { kind: 'expired', expiredAt: quote.expiresAt } : { kind: 'valid', quote };
}

function opened(id: string, sign: Sign): Quote | undefined {
  const match = /^quote_([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(id);
  if (!match?.[1] || !match[2] || !equal(sign(match[1]), match[2])) return undefined;
  // The signature is ours, so the text is what `quoteId` wrote.
  // Quotes of before there were batches end before the count.
  const [organizationId, skuId, gpuCount, price, currency, expiresAt, count = 1] = JSON.parse(
    Buffer.from(match[1], 'base64url').toString('utf8'),
  ) as [string, string, number, string, string, number, number?];
  return { organizationId, skuId, gpuCount, count, pricePerHour: BigInt(price), currency, expiresAt };
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
