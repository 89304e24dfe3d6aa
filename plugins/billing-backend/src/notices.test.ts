import type { DomainEvent, MailMessage, Settings } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import type { LedgerScope } from '@portico/plugin-billing/port';
import { tellOf } from './notices';
import { NO_ALERTS, saveAlerts } from './store/customers';
import { creditOf, holdFor, openBilling, openOrganization, start, stop } from './testing/billing-fixture';
import type { TestBilling } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';
import { StandInAccess } from './testing/stand-in-access';

const HOUR = 3_600_000;
const PRICE = 1_000_000n;
const settings = {
  of: () => ({ title: 'Portico' }),
  dataDirectory: '/nowhere',
  server: { host: '127.0.0.1', port: 0, publicUrl: 'https://gpu.example' },
} as unknown as Settings;

eachDatabase(db => {
  let billing: TestBilling;
  const access = new StandInAccess();
  const problems: Error[] = [];
  let sent: MailMessage[];
  let told = 0;
  beforeAll(async () => {
    const policy = { noticeRunwaySeconds: 8 * 3_600, warningRunwaySeconds: 4 * 3_600, warningBelow: 0n };
    const ofUsd = { depositMin: 1n, depositMax: 1n, suggestedDeposits: [], warningBelow: 0n, trialCredit: null };
    billing = await openBilling(db, { ...policy, currencies: new Map([['USD', ofUsd]]) });
  });
  beforeEach(() => {
    sent = [];
    problems.length = 0;
  });
  afterAll(() => billing.close());
  afterEach(async () => {
    await billing.accrual.tick();
    await deliver();
    await assertBooksBalance(billing.database.read);
    expect([...billing.errors, ...problems]).toEqual([]);
  });

  /** What the consumer does with everything that happened since the last time. */
  const deliver = async () => {
    for (const event of billing.outbox.events.slice(told)) {
      const whole: DomainEvent = { ...event, eventId: newId('evt'), occurredAt: billing.clock.now() };
      await billing.database.transaction(tx => tellOf(tx, depsOf(), whole));
    }
    told = billing.outbox.events.length;
  };
  const depsOf = () => ({
    outbox: billing.outbox,
    access,
    settings,
    mail: {
      async enqueue(...[tx, message]: [Parameters<typeof tellOf>[0], MailMessage]) {
        tx.afterCommit(() => void sent.push(message));
      },
    },
    logger: { error: (_message: string, error: Error) => void problems.push(error) },
  });
  const organization = async (money: bigint): Promise<LedgerScope> => {
    const scope = await openOrganization(billing, money);
    await billing.accrual.tick();
    access.named.set(scope.organizationId, 'Acme');
    access.addresses.set(scope.organizationId, [
      { userId: 'usr_owner', username: 'owner', email: 'owner@acme.example' },
      { userId: 'usr_books', username: 'books', email: 'books@acme.example' },
    ]);
    return scope;
  };
  const running = async (scope: LedgerScope, price = PRICE) => {
    const id = await holdFor(billing, scope, price);
    await start(billing, id);
    await billing.accrual.tick();
    await deliver();
    return id;
  };
  const pass = async (milliseconds: number, stepMilliseconds = HOUR / 12) => {
    for (let left = milliseconds; left > 0; left -= stepMilliseconds) {
      await billing.clock.advance(Math.min(stepMilliseconds, left));
      await billing.accrual.tick();
    }
    await deliver();
  };
  const subjects = () => sent.filter(mail => mail.to === 'owner@acme.example').map(mail => mail.subject);
  const credit = async (scope: LedgerScope, amount: bigint) => {
    await billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, amount)));
    await billing.accrual.tick();
    await deliver();
  };

  test('every step down is written once, to all who look after the money, and the end of it too', async () => {
    const scope = await organization(10_000_000n);
    await running(scope);
    await pass(11 * HOUR);
    expect(subjects()).toEqual([
      expect.stringContaining('lasts about 7 hours'),
      expect.stringContaining('is low: about 3 hours'),
      expect.stringContaining('are released in about 15 minutes'),
      'The balance of Acme is used up',
    ]);
    expect(sent.filter(mail => mail.to === 'books@acme.example')).toHaveLength(4);
    await credit(scope, 50_000_000n);
    expect(subjects().at(-1)).toBe('The balance of Acme is fine again');
    expect(subjects()).toHaveLength(5);
  });

  test('a balance around a threshold is told of once', async () => {
    const scope = await organization(7_500_000n);
    const id = await running(scope);
    expect(subjects()).toEqual([expect.stringContaining('lasts about 7 hours')]);
    // Launches and releases move it below and far above again, as often as somebody likes.
    await stop(billing, id);
    for (let round = 0; round < 5; round += 1) {
      const next = await running(scope);
      await pass(60_000, 60_000);
      await stop(billing, next);
      await billing.accrual.tick();
      await deliver();
    }
    expect(subjects().filter(subject => subject.includes('lasts about'))).toHaveLength(1);
    expect(subjects().filter(subject => subject.includes('fine again'))).toHaveLength(1);
    // Hours later it is news.
    await billing.clock.advance(7 * HOUR);
    const last = await running(scope);
    expect(subjects().filter(subject => subject.includes('lasts about'))).toHaveLength(2);
    await stop(billing, last);
  });

  test('after money came every step is news at once', async () => {
    const scope = await organization(4_100_000n);
    const first = await running(scope);
    await pass(HOUR / 4);
    await credit(scope, 10_000_000n);
    await stop(billing, first);
    const second = await running(scope, 4_000_000n);
    expect(subjects().filter(subject => subject.includes('is low'))).toHaveLength(2);
    await stop(billing, second);
  });

  test('whom the organization chose is written to, and everybody when they are gone', async () => {
    const scope = await organization(10_000_000n);
    const choose = (recipients: string[]) =>
      billing.database.transaction(tx => saveAlerts(tx, scope.organizationId, { ...NO_ALERTS, recipients }));
    await choose(['usr_books']);
    const id = await running(scope, 2_000_000n);
    expect(sent.map(mail => mail.to)).toEqual(['books@acme.example']);
    await choose(['usr_left']);
    await pass(2 * HOUR);
    expect(sent.slice(1).map(mail => mail.to)).toEqual(['owner@acme.example', 'books@acme.example']);
    await stop(billing, id);
  });

  test('an organization that wants to know earlier is told earlier', async () => {
    const scope = await organization(20_000_000n);
    await billing.database.transaction(tx =>
      saveAlerts(tx, scope.organizationId, {
        ...NO_ALERTS,
        noticeRunwaySeconds: 48 * 3_600,
        warningBelow: 19_500_000n,
      }),
    );
    const id = await running(scope);
    expect(subjects()).toEqual([expect.stringContaining('lasts about 20 hours')]);
    await pass(HOUR - 1);
    expect(subjects().at(-1)).toContain('is low: about 19 hours');
    await stop(billing, id);
  });

  test('what cannot be put into words, or comes a day late, stops nothing', async () => {
    const scope = await organization(10_000_000n);
    const event = (eventType: string, payload: object, occurredAt = billing.clock.now()): DomainEvent => ({
      ...{ eventType, payload: payload as DomainEvent['payload'], occurredAt },
      eventId: newId('evt'),
      correlationId: newId('corr'),
      organizationId: scope.organizationId,
      resource: { type: 'organization', id: scope.organizationId },
    });
    await billing.database.transaction(tx => tellOf(tx, depsOf(), event('billing.dispute_opened', {})));
    expect(problems.splice(0)).toHaveLength(1);
    const balance = {
      available: creditedMoney,
      held: creditedMoney,
      burn_rate_per_hour: creditedMoney,
      runway_seconds: 1,
    };
    const late = billing.clock.now() - 25 * HOUR;
    await billing.database.transaction(tx => tellOf(tx, depsOf(), event('billing.low_balance_warning', balance, late)));
    expect(sent).toEqual([]);
  });
});

const creditedMoney = { amount: '1', currency: 'USD', scale: 6 };
