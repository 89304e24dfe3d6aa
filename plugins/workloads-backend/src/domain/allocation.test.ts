import { allocationStatuses, type AllocationStatus } from '@portico/plugin-workloads/contract';
import fc from 'fast-check';
import { allocationOf } from '../testing/allocations';
import {
  type Allocation,
  allocationTransitions,
  change,
  type Change,
  displayStatusOf,
  mayBecome,
  statusesShownAs,
  statusGroupOf,
} from './allocation';

const actor = { type: 'system', id: 'test' } as const;

/** One line per state, `x` where the contract's machine goes; all else is refused. */
const machine = `
                 requested  provisioning  active  releasing  released  failed  release_failed
  requested      .          x             .       x          .         x       .
  provisioning   .          .             x       x          .         x       .
  active         .          .             .       x          .         x       .
  releasing      .          .             .       .          x         .       x
  released       .          .             .       .          .         .       .
  failed         .          .             .       .          .         .       .
  release_failed .          .             .       x          .         .       .
`;

function readTable(): { from: AllocationStatus; to: AllocationStatus; allowed: boolean }[] {
  const [head, ...rows] = machine
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/));
  return rows.flatMap(([from, ...cells]) =>
    cells.map((cell, place) => ({
      from: from as AllocationStatus,
      to: head![place] as AllocationStatus,
      allowed: cell === 'x',
    })),
  );
}

function changeTo(to: AllocationStatus, at: number): Change | undefined {
  if (to === 'requested') return undefined;
  if (to === 'failed') return { to, at, actor, reason: 'runtime_gone', lastAliveAt: null };
  if (to === 'release_failed') return { to, at, actor, reason: 'runtime_failed' };
  return { to, at, actor };
}

describe('the state machine', () => {
  it('covers every pair of states', () => expect(readTable()).toHaveLength(allocationStatuses.length ** 2));

  it.each(readTable())('$from → $to: $allowed', ({ from, to, allowed }) => {
    expect(mayBecome(from, to)).toBe(allowed);
    const wanted = changeTo(to, 10);
    if (wanted) expect(change(allocationOf({ status: from }), wanted) !== undefined).toBe(allowed);
  });
});

describe('what people are shown', () => {
  it.each([
    ['requested', 'provisioning', 'in_progress'],
    ['provisioning', 'provisioning', 'in_progress'],
    ['active', 'active', 'active'],
    ['releasing', 'releasing', 'in_progress'],
    ['released', 'released', 'inactive'],
    ['failed', 'failed', 'needs_attention'],
    ['release_failed', 'release_failed', 'needs_attention'],
  ] as const)('%s is shown as %s, in group %s', (status, display, group) => {
    expect([displayStatusOf(status), statusGroupOf(status)]).toEqual([display, group]);
  });

  it('filters by both status and group', () => {
    expect(statusesShownAs({ displayStatus: 'provisioning' })).toEqual(['requested', 'provisioning']);
    expect(statusesShownAs({ group: 'needs_attention' })).toEqual(['failed', 'release_failed']);
    expect(statusesShownAs({ displayStatus: 'active', group: 'inactive' })).toEqual([]);
  });
});

describe('billing', () => {
  it.each([
    {
      what: 'starts with active',
      from: { status: 'provisioning' },
      to: { to: 'active' },
      meter: { kind: 'start', at: 100 },
      billed: [100, null],
    },
    {
      what: 'stops when release is requested, not when it is done',
      from: { status: 'active', billingStartedAt: 40 },
      to: { to: 'releasing' },
      meter: { kind: 'stop', at: 100 },
      billed: [40, 100],
    },
    {
      what: 'of a cancelled launch gives the hold back',
      from: { status: 'requested' },
      to: { to: 'releasing' },
      meter: { kind: 'stop', at: 100 },
      billed: [null, null],
    },
    {
      what: 'is not touched when a failed release is tried again',
      from: { status: 'release_failed', billingStartedAt: 40, billingStoppedAt: 60 },
      to: { to: 'releasing' },
      meter: null,
      billed: [40, 60],
    },
    {
      what: 'is not touched when a release fails',
      from: { status: 'releasing', billingStartedAt: 40, billingStoppedAt: 60 },
      to: { to: 'release_failed', reason: 'runtime_failed' },
      meter: null,
      billed: [40, 60],
    },
    {
      what: 'of one that died stops at its last proof of life',
      from: { status: 'active', billingStartedAt: 40 },
      to: { to: 'failed', reason: 'runtime_gone', lastAliveAt: 70 },
      meter: { kind: 'stop', at: 70 },
      billed: [40, 70],
    },
    {
      what: 'of one that was never seen alive is nothing',
      from: { status: 'active', billingStartedAt: 40 },
      to: { to: 'failed', reason: 'runtime_gone', lastAliveAt: null },
      meter: { kind: 'stop', at: 40 },
      billed: [40, 40],
    },
    {
      what: 'never stops before it started, whatever a node’s clock says',
      from: { status: 'active', billingStartedAt: 40 },
      to: { to: 'failed', reason: 'runtime_gone', lastAliveAt: 1 },
      meter: { kind: 'stop', at: 40 },
      billed: [40, 40],
    },
    {
      what: 'never stops in the future, whatever a node’s clock says',
      from: { status: 'active', billingStartedAt: 40 },
      to: { to: 'failed', reason: 'runtime_gone', lastAliveAt: 999 },
      meter: { kind: 'stop', at: 100 },
      billed: [40, 100],
    },
  ] as const)('$what', ({ from, to, meter, billed }) => {
    const changed = change(allocationOf(from as Partial<Allocation>), { at: 100, actor, ...to } as Change);
    expect(changed?.meter).toEqual(meter);
    expect([changed?.allocation.billingStartedAt, changed?.allocation.billingStoppedAt]).toEqual(billed);
  });

  it('runs at most once and its end never moves, on every path through the machine', () => {
    const step = fc.record({ choice: fc.nat(6), elapsed: fc.nat(1000), lastAliveAt: fc.option(fc.nat(5000)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), steps => {
        let allocation = allocationOf();
        let at = 0;
        let starts = 0;
        for (const { choice, elapsed, lastAliveAt } of steps) {
          const options = allocationTransitions[allocation.status];
          const to = options[choice % Math.max(1, options.length)];
          if (to === undefined) break;
          at += elapsed;
          const wanted = changeTo(to, at)!;
          const changed = change(allocation, wanted.to === 'failed' ? { ...wanted, lastAliveAt } : wanted)!;
          if (changed.meter?.kind === 'start') starts += 1;
          if (allocation.billingStoppedAt !== null)
            expect(changed.allocation.billingStoppedAt).toBe(allocation.billingStoppedAt);
          expect(changed.allocation.version).toBe(allocation.version + 1);
          expect(changed.transition).toMatchObject({
            from: allocation.status,
            to,
            at,
            version: changed.allocation.version,
          });
          allocation = changed.allocation;
        }
        expect(starts).toBeLessThanOrEqual(1);
        if (allocation.billingStoppedAt !== null)
          expect(allocation.billingStoppedAt).toBeGreaterThanOrEqual(allocation.billingStartedAt!);
        const over = !['requested', 'provisioning', 'active'].includes(allocation.status);
        if (over) expect(allocation.billingStartedAt === null).toBe(allocation.billingStoppedAt === null);
      }),
    );
  });
});
