import type { Queries, UserCaller } from '@portico/plugin-kit/backend';
import type { Sku } from '@portico/plugin-catalog/port';
import type { Micros } from '@portico/plugin-kit/contract';
import { countOffered, type LaunchFacts, type LaunchRequest } from '../domain/launch-checks';
import { readQuote, type Sign } from '../domain/quote';
import type { Services } from '../services';
import { countLive } from '../store/allocations';

const QUOTE_PURPOSE = 'workloads.quote';

export type FactSources = Pick<Services, 'access' | 'billing' | 'catalog' | 'fleet' | 'secrets' | 'workloads'>;

export function quoteSigner(services: Pick<Services, 'secrets'>): Sign {
  return text => services.secrets.fingerprint(QUOTE_PURPOSE, text);
}

/** Reads all that decides about a launch, changing nothing: precheck and launch stand on the same facts. */
export async function launchFacts(
  queries: Queries,
  services: FactSources,
  options: { caller: UserCaller; request: LaunchRequest; now: number },
): Promise<LaunchFacts> {
  const { caller, request } = options;
  const { organizationId } = caller;
  const currency = await services.billing.currencyOf(queries, organizationId);
  const sku = await services.catalog.sku(queries, { skuId: request.skuId, currency });
  const quote = readQuote(
    request.quoteId,
    { organizationId, skuId: request.skuId, gpuCount: request.gpuCount, currency, now: options.now },
    quoteSigner(services),
  );
  const pricePerHour = quote.kind === 'valid' ? quote.quote.pricePerHour : listPrice(sku, request.gpuCount);
  return {
    currency,
    sku,
    quote,
    pricePerHour,
    departmentId: await services.access.departmentOf(queries, { organizationId, projectId: request.projectId }),
    image: await services.catalog.image(queries, request.imageId),
    keysFound:
      request.sshKeyIds === undefined ||
      (await services.access.sshKeys(queries, { userId: caller.userId, keyIds: request.sshKeyIds })) !== null,
    placement:
      sku && countOffered(sku, request.gpuCount)
        ? await services.fleet.wouldFit(queries, placementOf(sku, request.gpuCount))
        : undefined,
    forecast:
      pricePerHour === undefined
        ? undefined
        : await services.billing.forecast(queries, { organizationId, pricePerHour }),
    liveAllocations: await countLive(queries, organizationId),
    liveAllocationsMax: services.workloads.quota.concurrentAllocationsMax,
  };
}

export function listPrice(sku: Sku | undefined, gpuCount: number): Micros | undefined {
  return sku?.pricePerGpuHour == null ? undefined : sku.pricePerGpuHour * BigInt(gpuCount);
}

export function placementOf(sku: Sku, gpuCount: number) {
  return { gpuModel: sku.gpuModel, shape: sku.shape, gpuCount, gpuFractionMilli: sku.gpuFractionMilli };
}
