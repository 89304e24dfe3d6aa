import type { PlacementDemand as Asked, PlacementRefusal } from '@portico/plugin-fleet/port';
import { canServe, sizeOf, WHOLE_GPU_MILLI } from './placement-demand';
import type { PlacementDemand } from './placement-demand';
import type { NodeState } from './placement-state';

/**
 * Why a request is refused, and what would do instead. The reason is the first of the list that applies, from what the fleet is (could any node ever?) to what it is doing (is
 * one ready, is anything free?). The alternative is what would do now, and for administrators the node that is nearest to hosting it.
 */
export interface Refused {
  readonly asked: Asked;
  readonly demand: PlacementDemand;
  readonly copies: number;
  readonly fittingCopies: number;
}

export function explainRefusal(states: readonly NodeState[], refused: Refused): PlacementRefusal {
  const sights = states.flatMap(state => sightOf(state, refused.demand) ?? []);
  const inRegion = sights.filter(sight => sight.inRegion);
  const largestFittingCount = inRegion.reduce(
    (most, sight) => (sight.ready ? Math.max(most, sight.largestNow) : most),
    0,
  );
  const reason = reasonOf(sights, inRegion, refused);
  return {
    fits: false,
    reason,
    largestFittingCount,
    fittingCopies: reason === 'not_all_copies' ? refused.fittingCopies : 0,
    alternative: alternativeOf(sights, { ...refused, largestFittingCount }),
  };
}

function reasonOf(
  sights: readonly Sight[],
  inRegion: readonly Sight[],
  { fittingCopies }: Refused,
): PlacementRefusal['reason'] {
  if (sights.length === 0) return 'no_capacity';
  if (inRegion.length === 0) return 'no_region';
  const ever = inRegion.filter(sight => sight.everByDevices);
  if (ever.length === 0) return 'topology_unsatisfiable';
  const able = ever.filter(sight => sight.everBeside);
  if (able.length === 0) return 'no_cpu_or_memory';
  if (!able.some(sight => sight.ready)) return 'no_ready_node';
  if (fittingCopies > 0) return 'not_all_copies';
  if (!inRegion.some(sight => sight.ready && sight.free > 0)) return 'no_capacity';
  return able.some(sight => sight.ready && sight.nowByDevices) ? 'no_cpu_or_memory' : 'no_single_node_fits';
}

/** A node that has the model, seen from the request. */
interface Sight {
  readonly state: NodeState;
  readonly inRegion: boolean;
  readonly ready: boolean;
  /** Matching devices that are free. */
  readonly free: number;
  /** Whether it could host one when it was empty: by its devices, and by CPU and memory beside them. */
  readonly everByDevices: boolean;
  readonly everBeside: boolean;
  /** By its free devices alone. */
  readonly nowByDevices: boolean;
  readonly now: boolean;
  /** How many of its devices it could give to one such request now, with their share of CPU and memory. */
  readonly largestNow: number;
}

function sightOf(state: NodeState, demand: PlacementDemand): Sight | undefined {
  const { devices } = state.node;
  let ofModel = 0;
  let matching = 0;
  let free = 0;
  let allFree = true;
  for (let place = 0; place < devices.length; place += 1) {
    const device = devices[place] as (typeof devices)[number];
    if (state.free[place] !== state.sizes[place]) allFree = false;
    if (demand.models !== null && !demand.models.includes(device.model)) continue;
    ofModel += 1;
    if (!canServe({ grain: device.grain, free: sizeOf(device) }, demand.milli)) continue;
    matching += 1;
    if (canServe({ grain: device.grain, free: state.free[place] as number }, demand.milli)) free += 1;
  }
  if (ofModel === 0) return undefined;
  const { wholeNode, count } = demand;
  const beside = state.cpuFree >= demand.cpuMilli && state.memoryFree >= demand.memory;
  const nowByDevices = wholeNode ? allFree && free === devices.length && free === count : free >= count;
  return {
    state,
    inRegion: demand.regions === null || demand.regions.includes(state.node.region),
    ready: state.ready,
    free,
    everByDevices: wholeNode ? matching === devices.length && matching === count : matching >= count,
    everBeside: state.cpuTotal >= demand.cpuMilli && state.memoryTotal >= demand.memory,
    nowByDevices,
    now: nowByDevices && beside,
    // A whole node is given as a whole or not at all.
    largestNow: wholeNode && !(allFree && free === devices.length) ? 0 : Math.min(free, besideFor(state, demand)),
  };
}

/** Devices that the free CPU and memory suffice for. */
function besideFor(state: NodeState, { count, cpuMilli, memory }: PlacementDemand): number {
  const of = (free: number, wanted: number) => (wanted === 0 ? Infinity : Math.floor((free * count) / wanted));
  return Math.max(0, Math.min(of(state.cpuFree, cpuMilli), of(state.memoryFree, memory)));
}

function alternativeOf(
  sights: readonly Sight[],
  refused: Refused & { readonly largestFittingCount: number },
): PlacementRefusal['alternative'] {
  const now = fitsNow(sights, refused);
  const nearest = nearestNode(sights, refused.asked);
  if (now === null && nearest === null) return null;
  return {
    forUsers: now === null ? `${nearest?.forUsers}.` : `${now}.`,
    forAdministrators: [now, nearest?.forAdministrators].filter(part => part != null).join('; ') + '.',
  };
}

/** Without a full stop, and without naming a node. */
function fitsNow(
  sights: readonly Sight[],
  { asked, copies, fittingCopies, largestFittingCount }: Refused & { readonly largestFittingCount: number },
): string | null {
  if (copies > 1 && fittingCopies > 0) return `${fittingCopies} of ${copies} fit now`;
  if (largestFittingCount > 0 && (largestFittingCount < asked.gpuCount || asked.shape === 'baremetal'))
    return `${gpus(largestFittingCount, asked)} ${largestFittingCount === 1 ? 'fits' : 'fit'} now`;
  const elsewhere = sights.find(sight => !sight.inRegion && sight.ready && sight.now);
  return elsewhere === undefined
    ? null
    : `${gpus(asked.gpuCount, asked)} ${asked.gpuCount === 1 ? 'fits' : 'fit'} now in region ${elsewhere.state.node.region}`;
}

/** First a node that would host it if it took work, then the one that would with the fewest GPUs given back. */
function nearestNode(
  sights: readonly Sight[],
  asked: Asked,
): { readonly forUsers: string; readonly forAdministrators: string } | null {
  const able = sights.filter(sight => sight.inRegion && sight.everByDevices && sight.everBeside);
  const many = `${asked.gpuCount}`;
  const resting = able.find(sight => !sight.ready && sight.now);
  if (resting !== undefined) {
    return {
      forUsers: 'A machine that could host it takes no work at the moment',
      forAdministrators: `${many} would fit on ${resting.state.node.name}, which is ${resting.state.node.status}`,
    };
  }
  const missing = (sight: Sight) => Math.max(0, asked.gpuCount - sight.free);
  const busy = able
    .filter(sight => sight.ready && !sight.now)
    .reduce<Sight | undefined>(
      (best, sight) => (best === undefined || missing(sight) < missing(best) ? sight : best),
      undefined,
    );
  if (busy === undefined) return null;
  const { name } = busy.state.node;
  const lacking = missing(busy);
  return {
    forUsers: 'It will fit when others have released theirs',
    forAdministrators:
      lacking > 0
        ? `${many} would fit on ${name} with ${gpus(lacking, asked)} of it given back`
        : `${many} would fit on ${name} with CPU and memory of it given back`,
  };
}

function gpus(count: number, { gpuModel, gpuFractionMilli }: Asked): string {
  const part = gpuFractionMilli === WHOLE_GPU_MILLI ? '' : ` (${gpuFractionMilli / 10} %)`;
  return `${count} × ${gpuModel}${part}`;
}
