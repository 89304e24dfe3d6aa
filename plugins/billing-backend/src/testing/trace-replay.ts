import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MICROS_PER_UNIT, newId } from '@portico/plugin-kit/contract';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import { openBilling, openOrganization } from './billing-fixture';
import { assertBooksBalance } from './books';

interface Lease {
  readonly allocationId: string;
  readonly organization: number;
  readonly pricePerHour: bigint;
  readonly gpuCount: number;
  readonly from: number;
  readonly to: number;
}

const ORGANIZATIONS = 20;
/** The pods of the trace that were scheduled and came to an end: all there are in the fixture. */
export const LEASES = 7_255;
/** The whole trace on PostgreSQL, on a slow machine. */
export const REPLAY_MILLISECONDS = 300_000;
/** Reviewed this often of the trace's 149 days: posting is by whole hours whenever a review comes, so the bill does not depend on it. */
const REVIEW_EVERY_SECONDS = 6 * 3_600;

/** Prices that no power of ten divides, so that every lease has a fraction to round. */
function readLeases(epoch: number): Lease[] {
  const text = gunzipSync(readFileSync(path.join(__dirname, 'fixtures/openb-timed-pods.csv.gz'))).toString('utf8');
  const [, ...lines] = text.trim().split('\n');
  return lines.map((line, index) => {
    const [cpuMilli = 0, gpus = 0, gpuMilli = 0, from = 0, to = 0] = line.split(',').map(Number);
    return {
      allocationId: newId('alloc', epoch + index),
      organization: index % ORGANIZATIONS,
      pricePerHour: BigInt(gpus * gpuMilli) * 2_489n + BigInt(cpuMilli) * 37n + 1n,
      gpuCount: Math.max(1, gpus),
      // Milliseconds as a scheduler would have them.
      from: epoch + from * 1000 + ((index * 7919) % 1000),
      to: epoch + to * 1000 + ((index * 104_729) % 1000) + 1000,
    };
  });
}

/** Bills the last `leaseCount` leases of the trace; throws unless the bill equals an independent sum of them to the micro-unit. */
export async function replayTrace(db: DatabaseUnderTest, leaseCount: number): Promise<void> {
  const billing = await openBilling(db);
  const { database, port, clock, accrual } = billing;
  const leases = readLeases(clock.now()).slice(-leaseCount);
  expect(leases).toHaveLength(leaseCount);
  const scopes = await Promise.all(
    Array.from({ length: ORGANIZATIONS }, () => openOrganization(billing, 10n ** 11n * MICROS_PER_UNIT)),
  );

  const moments = leases.flatMap(lease => [
    { at: lease.from, lease, what: 'start' as const },
    { at: lease.to, lease, what: 'stop' as const },
  ]);
  moments.sort((a, b) => a.at - b.at || (a.what < b.what ? -1 : 1));
  let reviewed = moments[0]?.at ?? clock.now();
  // What happens between two reviews is one transaction: what is tested is the arithmetic, and each step is that of the product.
  for (let next = 0; next < moments.length;) {
    reviewed += REVIEW_EVERY_SECONDS * 1000;
    clock.set(reviewed);
    const first = next;
    while (next < moments.length && (moments[next]?.at ?? Infinity) <= reviewed) next += 1;
    await database.transaction(async tx => {
      for (const { at, lease, what } of moments.slice(first, next)) {
        const { allocationId } = lease;
        if (what === 'stop') {
          await port.stopMeter(tx, { allocationId, at });
          continue;
        }
        const scope = scopes[lease.organization];
        if (scope === undefined) throw new Error('no such organization');
        await port.hold(tx, {
          scope: { ...scope, allocationId },
          pricePerHour: lease.pricePerHour,
          skuId: 'sku_trace',
          gpuCount: lease.gpuCount,
        });
        await port.startMeter(tx, { allocationId, at });
      }
    });
    await accrual.tick();
  }
  expect(billing.errors).toEqual([]);

  for (const [index, scope] of scopes.entries()) {
    const own = leases.filter(lease => lease.organization === index);
    const bill = own.reduce(
      (sum, { pricePerHour, from, to }) => sum + (pricePerHour * BigInt(to - from)) / 3_600_000n,
      0n,
    );
    const balance = (await port.balances(database.read, [scope.organizationId])).get(scope.organizationId);
    expect(balance).toEqual({ available: 10n ** 11n * MICROS_PER_UNIT - bill, held: 0n, currency: 'USD' });
    const revenue = await database.read.first(
      "SELECT balance_micros FROM billing_accounts WHERE organization_id = ? AND account = 'usage_revenue'",
      [scope.organizationId],
    );
    expect(revenue).toEqual({ balance_micros: bill });
  }
  await assertBooksBalance(database.read);
}
