import type { Forecast } from '@portico/plugin-billing/port';
import type { Queries, UserCaller } from '@portico/plugin-kit/backend';
import { countOffered, countRefusal, launchFailure } from '../domain/launch-checks';
import { type Quote, quoteId } from '../domain/quote';
import type { Services } from '../services';
import { listPrice, quoteSigner } from './launch-facts';

export interface Quoted {
  readonly quoteId: string;
  readonly quote: Quote;
  readonly forecast: Forecast;
}

export async function quote(
  queries: Queries,
  services: Pick<Services, 'billing' | 'catalog' | 'secrets' | 'workloads'>,
  options: { caller: UserCaller; skuId: string; gpuCount: number; count: number; now: number },
): Promise<Quoted> {
  const { skuId, gpuCount, count } = options;
  const { organizationId } = options.caller;
  const currency = await services.billing.currencyOf(queries, organizationId);
  const sku = await services.catalog.sku(queries, { skuId, currency, organizationId, now: options.now });
  if (!sku) throw launchFailure.fail('sku_not_found', { details: { sku_id: skuId } });
  if (!countOffered(sku, gpuCount))
    throw launchFailure.fail('topology_unsatisfiable', { details: countRefusal(sku, gpuCount).details });
  const pricePerHour = listPrice(sku, gpuCount);
  if (pricePerHour === undefined) throw launchFailure.fail('price_unavailable', { details: { currency } });

  const expiresAt = options.now + services.workloads.quoteSeconds * 1000;
  const made: Quote = { organizationId, skuId, gpuCount, count, pricePerHour, currency, expiresAt };
  return {
    quoteId: quoteId(made, quoteSigner(services)),
    quote: made,
    forecast: await services.billing.forecast(queries, { organizationId, pricePerHour: pricePerHour * BigInt(count) }),
  };
}
