import type { Forecast } from '@portico/plugin-billing/port';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { ResolvedPolicies } from '@portico/plugin-access/port';
import type { OsImage, Sku } from '@portico/plugin-catalog/port';
import type { PlacementRefusal } from '@portico/plugin-fleet/port';
import { errorsOf, type Micros, toInstant, toMoney } from '@portico/plugin-kit/contract';
import { type LaunchError, workloadErrors } from '@portico/plugin-workloads/contract';
import { exceededBy, forbiddenBy, regionForbiddenBy, type PolicyObjection } from './launch-policies';
import type { PublishedPort } from './allocation';
import type { Committed, PolicyUsage } from './launch-policies';
import type { QuoteReading } from './quote';

/**
 * What a launch can be refused for, decided from facts alone. Launch throws the first refusal, precheck shows them all, so both say
 * the same. The order is that of `launchErrors`: first what can never work, then what does not work now, money and quota last.
 */
export interface LaunchRequest {
  readonly skuId: string;
  readonly gpuCount: number;
  readonly imageId: string;
  /** Undefined: all keys of the user. */
  readonly sshKeyIds: readonly string[] | undefined;
  readonly projectId: string;
  readonly quoteId: string | undefined;
  /** So many alike, all of them or none. */
  readonly count: number;
  readonly publishedPorts: readonly PublishedPort[];
  /** Undefined: any that the hardware is offered in. */
  readonly region: string | undefined;
}

/** What is undefined could not be asked because something before it is missing. */
export interface LaunchFacts {
  readonly departmentId: string | null;
  readonly sku: Sku | undefined;
  readonly image: OsImage | undefined;
  readonly keysFound: boolean;
  readonly currency: string;
  readonly quote: QuoteReading;
  /** Of one of them. */
  readonly pricePerHour: Micros | undefined;
  readonly placement: { readonly fits: true } | PlacementRefusal | undefined;
  /** For all of them together. */
  readonly forecast: Forecast | undefined;
  readonly policies: ResolvedPolicies;
  /** The portal has a domain that published ports are shown below. */
  readonly publishesPorts: boolean;
}

export interface LaunchRefusal {
  readonly code: LaunchError;
  readonly details: Readonly<Record<string, unknown>>;
}

export function launchRefusals(request: LaunchRequest, facts: LaunchFacts): readonly LaunchRefusal[] {
  const refusals: LaunchRefusal[] = [];
  const refuse = (code: LaunchError, details: LaunchRefusal['details'] = {}) => refusals.push({ code, details });

  if (facts.departmentId === null) refuse('project_not_found', { project_id: request.projectId });
  if (!facts.sku) refuse('sku_not_found', { sku_id: request.skuId });
  if (!facts.image) refuse('image_not_found', { image_id: request.imageId });
  if (!facts.keysFound) refuse('ssh_key_not_found', { ssh_key_ids: request.sshKeyIds ?? [] });
  const twice = publishedTwice(request.publishedPorts);
  if (twice) refuse('published_ports_invalid', { port: twice.port, name: twice.name });
  if (request.publishedPorts.length > 0 && !facts.publishesPorts) refuse('published_ports_unavailable');
  for (const { details } of forbiddenBy(facts.policies, request)) refuse('policy_forbids', details);
  const regions = facts.sku?.regions ?? null;
  const place = { region: request.region, soldIn: regions };
  for (const { details } of facts.sku ? regionForbiddenBy(facts.policies, place) : [])
    refuse('policy_forbids', details);
  if (request.region !== undefined && regions !== null && !regions.includes(request.region))
    refuse('region_not_offered', { region: request.region, regions });
  if (facts.sku && facts.image) refusals.push(...imageRefusals(facts.sku, facts.image, request.gpuCount));
  if (facts.sku && !countOffered(facts.sku, request.gpuCount)) refusals.push(countRefusal(facts.sku, request.gpuCount));
  if (facts.quote.kind === 'invalid') refuse('quote_invalid');
  if (facts.quote.kind === 'expired') refuse('quote_expired', { expired_at: toInstant(facts.quote.expiredAt) });
  if (facts.sku && facts.quote.kind === 'absent' && facts.pricePerHour === undefined)
    refuse('price_unavailable', { currency: facts.currency });
  if (facts.placement?.fits === false) refusals.push(placementRefusal(facts.placement, request));
  if (facts.forecast?.sufficient === false) refusals.push(balanceRefusal(facts.forecast));
  if (facts.forecast?.paymentsDisputed) refuse('payments_disputed');
  return refusals;
}

/** The first port that is there already, or whose name is. */
function publishedTwice(ports: readonly PublishedPort[]): PublishedPort | undefined {
  return ports.find((one, place) =>
    ports.slice(0, place).some(other => other.port === one.port || other.name === one.name),
  );
}

/** An image may not be for this hardware, or need more disk than comes with so many GPUs. */
function imageRefusals(sku: Sku, image: OsImage, gpuCount: number): readonly LaunchRefusal[] {
  const { imageId, minDiskBytes } = image;
  const refusals: LaunchRefusal[] = [];
  if (sku.imageIds !== null && !sku.imageIds.includes(imageId))
    refusals.push({ code: 'image_not_for_sku', details: { image_id: imageId, image_ids: sku.imageIds } });
  const diskBytes = sku.diskBytesPerGpu * gpuCount;
  if (minDiskBytes > diskBytes)
    refusals.push({
      code: 'image_too_large',
      details: { image_id: imageId, min_disk_bytes: minDiskBytes, disk_bytes: diskBytes },
    });
  return refusals;
}

export function countOffered(sku: Sku, gpuCount: number): boolean {
  return sku.gpuCounts.includes(gpuCount);
}

export function countRefusal(sku: Sku, gpuCount: number): LaunchRefusal {
  return { code: 'topology_unsatisfiable', details: { gpu_count: gpuCount, gpu_counts: sku.gpuCounts } };
}

/** A placement's answer in the words of the contract. What would fit stands in the details. */
export function placementRefusal(
  refusal: PlacementRefusal,
  request: Pick<LaunchRequest, 'skuId' | 'gpuCount' | 'count'>,
): LaunchRefusal {
  const codes = {
    no_ready_node: 'node_offline',
    no_capacity: 'sku_sold_out',
    // GPUs are free, and tomorrow they may be free together: sold out for this count, not impossible.
    no_single_node_fits: 'sku_sold_out',
    no_cpu_or_memory: 'sku_sold_out',
    not_all_copies: 'sku_sold_out',
    no_region: 'sku_sold_out',
    topology_unsatisfiable: 'topology_unsatisfiable',
  } as const satisfies Record<PlacementRefusal['reason'], LaunchError>;
  return {
    code: codes[refusal.reason],
    details: {
      sku_id: request.skuId,
      gpu_count: request.gpuCount,
      ...(request.count === 1 ? {} : { count: request.count }),
      reason: refusal.reason,
      largest_fitting_count: refusal.largestFittingCount,
      // The words for users: names of nodes are none of theirs.
      alternative: refusal.alternative?.forUsers ?? null,
    },
  };
}

/** What is used beside the launch, which changes from moment to moment: launch reads it under the lock of the account. */
export interface LaunchUsage {
  readonly usage: PolicyUsage;
  /** Undefined while no policy asks. */
  readonly committed: Committed | undefined;
  /** What the launch adds to it. */
  readonly hold: Micros;
}

/** The limits a launch would go beyond: those that refuse it, and those that only warn. */
export function limitObjections(
  request: LaunchRequest,
  facts: LaunchFacts,
  used: LaunchUsage,
): { readonly refusals: readonly LaunchRefusal[]; readonly warnings: readonly PolicyObjection[] } {
  const { gpuCount, count } = request;
  const objections = exceededBy(facts.policies, { ...facts, gpuCount, count }, used);
  return {
    refusals: objections
      .filter(one => one.kind === 'exceeded')
      .map(({ details }) => ({ code: 'quota_exceeded', details })),
    warnings: objections.filter(one => one.kind === 'warning'),
  };
}

function balanceRefusal(forecast: Forecast): LaunchRefusal {
  const { hold, available, currency } = forecast;
  return {
    code: 'insufficient_balance',
    details: {
      required: toMoney(hold, currency),
      available: toMoney(available, currency),
      shortfall: toMoney(hold - available, currency),
    },
  };
}

const { insufficient_balance, payments_disputed } = billingErrors;
const definitions = { ...workloadErrors, insufficient_balance, payments_disputed };
export const launchFailure = errorsOf(definitions);

export function sentenceOf(code: LaunchError): string {
  return definitions[code].sentence;
}
