import { canServe, WHOLE_GPU_MILLI } from './placement-demand';
import type { TypicalDemand } from './placement-demand';
import type { NodeState } from './placement-state';

/**
 * How much of a node typical launches could still use. Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent" (USENIX ATC 2023):
 * the fragmentation of a node for a launch m is what is free on GPUs that m cannot use (all of it, where m does not fit at all); of a node it is the mean over typical launches.
 * A placement costs by how much it makes that grow.
 *
 * Free minus fragmented is usable, and usable is a sum over devices: device × weight of the single-device launches that fit it, plus, for launches of several devices, all
 * devices that qualify where enough of them do. Launches that fit one NUMA domain are counted by domain. So a node is valued by a few table look-ups, in whole numbers.
 */
export class FragmentationModel {
  readonly totalWeight: number;
  readonly #typical: readonly TypicalDemand[];
  /** Distinct CPU demands, ascending: nodes differ for this purpose only by how many of them they satisfy. */
  readonly #cpuSteps: readonly number[];
  readonly #millisOfMany: readonly number[];
  readonly #tables: KindTable[] = [];
  readonly #counts: number[] = [];
  readonly #sums: number[] = [];

  constructor(typical: readonly TypicalDemand[]) {
    this.#typical = typical;
    this.totalWeight = Math.max(
      1,
      typical.reduce((sum, demand) => sum + demand.weight, 0),
    );
    this.#cpuSteps = [...new Set(typical.map(demand => demand.cpuMilli))].sort((one, other) => one - other);
    this.#millisOfMany = [...new Set(typical.filter(({ count }) => count > 1).map(({ milli }) => milli))];
  }

  /** Kinds are numbered from 0 without gaps, each made known once before it is asked about. */
  addKind(kind: { model: string; grain: number }): void {
    const steps = this.#cpuSteps;
    const fitting = this.#typical.filter(({ models }) => models === null || models.includes(kind.model));
    const levels = new Uint16Array(WHOLE_GPU_MILLI + 1);
    const rows: TypicalDemand[][] = [[]];
    // Levels of free share at which something new can be served.
    const singles = fitting.filter(({ count }) => count === 1);
    for (let free = 0; free <= WHOLE_GPU_MILLI; free += 1) {
      const served = singles.filter(({ milli }) => canServe({ grain: kind.grain, free }, milli));
      if (served.length !== rows.at(-1)?.length) rows.push(served);
      levels[free] = rows.length - 1;
    }
    const single = new Float64Array((steps.length + 1) * rows.length);
    const weigh = (demands: readonly TypicalDemand[], satisfied: number) =>
      demands.reduce((sum, { cpuMilli, weight }) => sum + (steps.indexOf(cpuMilli) < satisfied ? weight : 0), 0);
    for (let satisfied = 0; satisfied <= steps.length; satisfied += 1) {
      for (const [level, served] of rows.entries()) single[satisfied * rows.length + level] = weigh(served, satisfied);
    }
    const many = this.#millisOfMany.map(milli => {
      const ofMilli = fitting.filter(demand => demand.count > 1 && demand.milli === milli);
      return [...new Set(ofMilli.map(({ count }) => count))].map(count => ({
        count,
        weights: Float64Array.from({ length: steps.length + 1 }, (_, satisfied) =>
          weigh(
            ofMilli.filter(demand => demand.count === count),
            satisfied,
          ),
        ),
      }));
    });
    this.#tables.push({ grain: kind.grain, levels, rows: rows.length, single, many });
  }

  /** Thousandths of GPU on the node as it is now that typical launches could use, times the total weight: a whole number. */
  usable(node: NodeState): number {
    const satisfied = this.#satisfied(node.cpuFree);
    let sum = 0;
    const { free, kinds } = node;
    for (let device = 0; device < free.length; device += 1) {
      const left = free[device] as number;
      if (left === 0) continue;
      const table = this.#tables[kinds[device] as number] as KindTable;
      sum += left * (table.single[satisfied * table.rows + (table.levels[left] as number)] as number);
    }
    for (let of = 0; of < this.#millisOfMany.length; of += 1) sum += this.#usableByMany(node, of, satisfied);
    return sum;
  }

  /** By launches of several devices with one share. Groups are the devices of one kind in one domain, kind by kind. */
  #usableByMany(node: NodeState, of: number, satisfied: number): number {
    const milli = this.#millisOfMany[of] as number;
    const { groups, free, kinds } = node;
    const counts = this.#counts;
    const sums = this.#sums;
    for (let group = 0; group < groups.length; group += 1) counts[group] = sums[group] = 0;
    for (let device = 0; device < free.length; device += 1) {
      const left = free[device] as number;
      const { grain } = this.#tables[kinds[device] as number] as KindTable;
      if (grain === 0 ? left < milli : grain !== milli || left !== milli) continue;
      const group = node.groupOf[device] as number;
      counts[group] = (counts[group] as number) + 1;
      sums[group] = (sums[group] as number) + left;
    }
    let sum = 0;
    for (let first = 0; first < groups.length;) {
      const { kind, lastOfKind, largestOfKind } = groups[first] as NodeState['groups'][number];
      const sizes = (this.#tables[kind] as KindTable).many[of] as KindTable['many'][number];
      for (let place = 0; place < sizes.length; place += 1) {
        const { count, weights } = sizes[place] as KindTable['many'][number][number];
        const weight = weights[satisfied] as number;
        if (weight === 0) continue;
        let together = 0;
        let togetherFree = 0;
        for (let group = first; group <= lastOfKind; group += 1) {
          together += counts[group] as number;
          togetherFree += sums[group] as number;
          // One that no domain could ever hold is counted over all of them, the others each domain by itself.
          if (count > largestOfKind && group < lastOfKind) continue;
          if (together >= count) sum += togetherFree * weight;
          together = togetherFree = 0;
        }
      }
      first = lastOfKind + 1;
    }
    return sum;
  }

  /** How many of the CPU steps are satisfied. */
  #satisfied(cpuFree: number): number {
    const steps = this.#cpuSteps;
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((steps[middle] as number) <= cpuFree) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface KindTable {
  readonly grain: number;
  /** Free thousandths → level. */
  readonly levels: Uint16Array;
  readonly rows: number;
  /** Weight of single-device launches served, by satisfied CPU steps and level. */
  readonly single: Float64Array;
  /** The same order as the shares of launches of several devices; each a list by count. */
  readonly many: readonly (readonly { readonly count: number; readonly weights: Float64Array }[])[];
}
