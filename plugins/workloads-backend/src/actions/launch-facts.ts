import type { Queries, UserCaller } from '@portico/plugin-kit/backend';
import type { Sku } from '@portico/plugin-catalog/port';
import type { Micros } from '@portico/plugin-kit/contract';
import { countOffered, type LaunchFacts, type LaunchRequest, type LaunchUsage } from '../domain/launch-checks';
import { monthBegin, regionsFor } from '../domain/launch-policies';
import { readQuote, type Sign } from '../domain/quote';
import type { Services } from '../services';
import { usageOf } from '../store/running-allocations';

const QUOTE_PURPOSE = 'workloads.quote';

export type FactSources = Pick<
  Services,
  'access' | 'billing' | 'catalog' | 'fleet' | 'publishedAddress' | 'secrets' | 'workloads'
>;

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
  const sku = await services.catalog.sku(queries, {
    skuId: request.skuId,
    currency,
    organizationId,
    now: options.now,
  });
  const quote = readQuote(
    request.quoteId,
    {
      organizationId,
      skuId: request.skuId,
      gpuCount: request.gpuCount,
      count: request.count,
      currency,
      now: options.now,
    },
    quoteSigner(services),
  );
  const pricePerHour = quote.kind === 'valid' ? quote.quote.pricePerHour : listPrice(sku, request.gpuCount);
  const policies = await services.access.policies(queries, {
    organizationId,
    projectId: request.projectId,
    userId: caller.userId,
  });
  return {
    currency,
    publishesPorts: services.publishedAddress.formTarget() !== null,
    sku,
    quote,
    pricePerHour,
    departmentId: await services.access.departmentOf(queries, { organizationId, projectId: request.projectId }),
    image: await services.catalog.image(queries, request.imageId),
    keysFound:
      request.sshKeyIds === undefined ||
      (await services.access.sshKeys(queries, {
        userId: caller.userId,
        organizationId,
        keyIds: request.sshKeyIds,
      })) !== null,
    placement:
      sku && countOffered(sku, request.gpuCount)
        ? await services.fleet.wouldFit(queries, { ...placementOf(sku, request, policies), copies: request.count })
        : undefined,
    forecast:
      pricePerHour === undefined
        ? undefined
        : await services.billing.forecast(queries, {
            organizationId,
            pricePerHour: pricePerHour * BigInt(request.count),
          }),
    policies,
  };
}

/** What is used beside the launch. `isHeld`: its own hold has been taken already, under the lock of the account, and is among what is committed. */
export async function launchUsage(
  queries: Queries,
  services: Pick<FactSources, 'billing'>,
  options: { caller: UserCaller; request: LaunchRequest; facts: LaunchFacts; isHeld: boolean; now: number },
): Promise<LaunchUsage> {
  const { organizationId, userId } = options.caller;
  const spender = { organizationId, projectId: options.request.projectId, userId };
  const hold = options.facts.forecast?.hold ?? 0n;
  const usage = await usageOf(queries, spender);
  if (options.facts.policies.spend_per_month.counting.length === 0) return { usage, committed: undefined, hold };
  const committed = await services.billing.committedSince(queries, { ...spender, from: monthBegin(options.now) });
  const own = options.isHeld ? hold : 0n;
  const { organization, project, user } = committed;
  return { usage, committed: { organization: organization - own, project: project - own, user: user - own }, hold };
}

export function listPrice(sku: Sku | undefined, gpuCount: number): Micros | undefined {
  return sku?.pricePerGpuHour == null ? undefined : sku.pricePerGpuHour * BigInt(gpuCount);
}

export function placementOf(
  sku: Sku,
  { gpuCount, region }: Pick<LaunchRequest, 'gpuCount' | 'region'>,
  policies: LaunchFacts['policies'],
) {
  return {
    gpuModel: sku.gpuModel,
    shape: sku.shape,
    gpuCount,
    gpuFractionMilli: sku.gpuFractionMilli,
    vcpus: sku.vcpusPerGpu * gpuCount,
    memoryBytes: sku.memoryBytesPerGpu * gpuCount,
    regions: regionsFor(policies, { region, soldIn: sku.regions }),
  };
}
