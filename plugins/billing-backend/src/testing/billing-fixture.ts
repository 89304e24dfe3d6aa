import type { Attention, DomainEvent, Outbox } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import type { BillingPort, LedgerScope } from '@portico/plugin-billing/port';
import { migrations } from '../../migrations';
import { Accrual } from '../accrual';
import type { BillingPolicy } from '../policy';
import { createBillingPort } from '../port';
import { Rollups } from '../rollups';

export const TEST_POLICY: BillingPolicy = {
  currency: 'USD',
  currencies: new Map([
    [
      'USD',
      {
        depositMin: 10_000_000n,
        depositMax: 1_000_000_000n,
        suggestedDeposits: [10_000_000n, 25_000_000n],
        warningBelow: 5_000_000n,
        trialCredit: 25_000_000n,
      },
    ],
    [
      'BHD',
      {
        depositMin: 2_000_000n,
        depositMax: 4_000_000_000n,
        suggestedDeposits: [5_000_000n],
        warningBelow: 2_000_000n,
        trialCredit: 10_000_000n,
      },
    ],
  ]),
  trialCredit: 25_000_000n,
  trialCreditExpiresDays: null,
  holdSeconds: 3_600,
  graceSeconds: 900,
  noticeRunwaySeconds: 72 * 3_600,
  warningRunwaySeconds: 24 * 3_600,
  warningBelow: 5_000_000n,
  accrualSeconds: 5,
  outageCredit: { afterSeconds: 300 },
  dailyDeposits: 3,
  refunds: { windowDays: 30, fourEyesAbove: 100_000_000n },
  disputesBlockLaunches: true,
};

/** An outbox that keeps what was committed. */
export class KeptOutbox implements Outbox {
  readonly events: Omit<DomainEvent, 'eventId' | 'occurredAt'>[] = [];

  /** Of this organization nothing can be said. */
  silenced: string | null = null;

  async append(...[tx, event]: Parameters<Outbox['append']>): Promise<void> {
    if (event.organizationId === this.silenced) throw new Error('no more room for events');
    tx.afterCommit(() => void this.events.push(event));
  }

  consume(): void {
    throw new Error('billing consumes nothing');
  }

  ofType(organizationId: string, eventType: string) {
    return this.events.filter(event => event.organizationId === organizationId && event.eventType === eventType);
  }
}

/** Attention that keeps what was committed. */
export class KeptAttention implements Attention {
  readonly messages = new Map<string, string>();

  async raise(...[tx, item]: Parameters<Attention['raise']>): Promise<void> {
    tx.afterCommit(() => void this.messages.set(`${item.kind} ${item.resource.id}`, item.message));
  }

  async clear(...[tx, item]: Parameters<Attention['clear']>): Promise<void> {
    tx.afterCommit(() => void this.messages.delete(`${item.kind} ${item.resource.id}`));
  }
}

/** Billing on a real database, with a clock to turn and an outbox to read. */
export async function openBilling(db: DatabaseUnderTest, policy: Partial<BillingPolicy> = {}) {
  const { database, clock, close } = await db.open();
  await database.migrate('billing', migrations);
  const outbox = new KeptOutbox();
  const attention = new KeptAttention();
  const deps = {
    database,
    clock,
    outbox,
    attention,
    payments: null,
    policy: { ...TEST_POLICY, ...policy },
    logger: { error: (_message: string, error: Error) => void errors.push(error) },
  };
  const errors: Error[] = [];
  const port = createBillingPort(deps);
  const accrual = new Accrual(deps);
  const rollups = new Rollups(deps);
  return {
    database,
    clock,
    close,
    outbox,
    attention,
    payments: deps.payments,
    port,
    accrual,
    rollups,
    errors,
    policy: deps.policy,
    dialect: db.dialect,
  };
}
export type TestBilling = Awaited<ReturnType<typeof openBilling>>;

/** An organization with so much money. */
export async function openOrganization(billing: TestBilling, money: bigint): Promise<LedgerScope> {
  const scope = {
    organizationId: newId('org'),
    departmentId: newId('dept'),
    projectId: newId('proj'),
    userId: newId('usr'),
    allocationId: null,
  };
  await billing.database.transaction(async tx => {
    await billing.port.openAccount(tx, scope);
    if (money > 0n) await billing.port.credit(tx, creditOf(scope, money));
  });
  return scope;
}

export function creditOf(
  scope: LedgerScope,
  amount: bigint,
  reference = newId('corr'),
): Parameters<BillingPort['credit']>[1] {
  const actor = { type: 'system', id: 'test' } as const;
  return {
    kind: 'internal_credit',
    scope,
    amount,
    reason: 'for a test',
    reference,
    actor,
    correlationId: newId('corr'),
  };
}

/** Holds for a new allocation at that price and returns its id. */
export async function holdFor(billing: TestBilling, scope: LedgerScope, pricePerHour: bigint): Promise<string> {
  const allocationId = newId('alloc');
  await billing.database.transaction(tx =>
    billing.port.hold(tx, { scope: { ...scope, allocationId }, pricePerHour, skuId: 'sku_h200', gpuCount: 1 }),
  );
  return allocationId;
}

export async function start(billing: TestBilling, allocationId: string, at = billing.clock.now()): Promise<void> {
  await billing.database.transaction(tx => billing.port.startMeter(tx, { allocationId, at }));
}

export async function stop(billing: TestBilling, allocationId: string, at = billing.clock.now()): Promise<void> {
  await billing.database.transaction(tx => billing.port.stopMeter(tx, { allocationId, at }));
}

export async function balanceOf(
  billing: TestBilling,
  organizationId: string,
): Promise<{ available: bigint; held: bigint }> {
  const balance = (await billing.port.balances(billing.database.read, [organizationId])).get(organizationId);
  if (balance === undefined) throw new Error('no account');
  return { available: balance.available, held: balance.held };
}
