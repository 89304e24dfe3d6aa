import type { ChainedEntry } from './ledger-chain';

interface Tile {
  readonly from: number;
  readonly amount: bigint;
  readonly milliseconds: number;
  readonly at: TilePlace;
}

interface TilePlace {
  readonly line: number;
  readonly position: number;
  readonly entryId: string | null;
}

/**
 * Whether the usage entries of each allocation follow each other without gap or overlap. Ends that meet a beginning cancel out, whatever order they come in, so what is kept
 * is a few instants per allocation and not its entries. Time that came to less than a micro-unit has no entry: such a gap is none.
 */
export class UsageTiles {
  readonly #begins = new Map<string, Tile[]>();
  readonly #ends = new Map<string, number[]>();

  add(entry: ChainedEntry, at: TilePlace): void {
    if (entry.kind !== 'usage' && entry.kind !== 'usage_reversal') return;
    const { allocation_id: allocationId, period_from: from, period_to: to } = entry;
    if (allocationId === null || from === null || to === null) return;
    const amount = BigInt(entry.amount);
    const begin = {
      from: Date.parse(from),
      amount: amount < 0n ? -amount : amount,
      milliseconds: Math.abs(Date.parse(to) - Date.parse(from)),
      at,
    };
    this.#meet(allocationId, begin);
    this.#leave(allocationId, Date.parse(to));
  }

  #meet(allocationId: string, begin: Tile): void {
    const ends = this.#ends.get(allocationId) ?? [];
    const place = ends.indexOf(begin.from);
    if (place >= 0) ends.splice(place, 1);
    else this.#begins.set(allocationId, [...(this.#begins.get(allocationId) ?? []), begin]);
  }

  #leave(allocationId: string, end: number): void {
    const begins = this.#begins.get(allocationId) ?? [];
    const place = begins.findIndex(begin => begin.from === end);
    if (place >= 0) begins.splice(place, 1);
    else this.#ends.set(allocationId, [...(this.#ends.get(allocationId) ?? []), end]);
  }

  /** The first entry, as they were added, whose usage does not begin where that before it ended. */
  firstGap(): { readonly at: TilePlace; readonly reason: string } | undefined {
    const gaps = [...this.#begins].flatMap(([allocationId, begins]) => {
      const ends = (this.#ends.get(allocationId) ?? []).toSorted((a, b) => a - b);
      // The first begins an allocation, the last end is how far it has come; between them each end has a begin that continues it.
      return begins
        .toSorted((a, b) => a.from - b.from)
        .slice(1)
        .filter((begin, index) => !isFree(begin, ends[index] ?? Number.NaN))
        .map(({ at }) => ({ at, reason: `the usage of ${allocationId} does not begin where that before it ended` }));
    });
    return gaps.toSorted((a, b) => a.at.position - b.at.position)[0];
  }
}

/** Whether the time between an end and the next begin cost less than a micro-unit, at the rate of what follows, whose amount was rounded by less than one. */
function isFree(begin: Tile, end: number): boolean {
  const milliseconds = begin.from - end;
  return milliseconds > 0 && (begin.amount - 1n) * BigInt(milliseconds) < BigInt(Math.max(1, begin.milliseconds));
}
