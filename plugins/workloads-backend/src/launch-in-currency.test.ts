import { changeCurrency, listLedger, listUsage } from '@portico/plugin-billing/contract';
import { listSkus } from '@portico/plugin-catalog/contract';
import type { Clock } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { launchAllocation, precheckLaunch, quoteLaunch } from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../billing-backend/src/testing/books';
import { fund } from './testing/people';
import { type Portal, startPortal } from './testing/portal';

const GIB = 1024 ** 3;
const bhd = (amount: string) => ({ amount, currency: 'BHD', scale: 6 });

/** The machine's time, moved ahead by hand. */
class ShiftedClock implements Clock {
  ahead = 0;
  now = () => Date.now() + this.ahead;
  sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
}

eachDatabase(db => {
  let portal: Portal;
  const clock = new ShiftedClock();
  beforeAll(async () => {
    portal = await startPortal({
      database: db.dialect,
      clock,
      settings: {
        billing: { currencies: { BHD: { trialCredit: '10' } } },
        catalog: {
          skus: [
            { key: 'both', name: 'Both', pricesPerGpuHour: { USD: '2.00', BHD: '0.755' } },
            { key: 'dollars', name: 'Dollars', pricesPerGpuHour: { USD: '2.00' } },
          ].map(sku => ({
            ...sku,
            gpuModel: 'H200',
            shape: 'gpu_slice',
            gpuCounts: [1, 2],
            vcpusPerGpu: 1,
            memoryBytesPerGpu: GIB,
            diskBytesPerGpu: GIB,
          })),
        },
      },
    });
  });
  afterAll(() => portal.stop());

  /** Of an organization that chose dinars before any money moved, and then has twenty. */
  const inDinars = async () => {
    const person = await portal.person({ units: 0, permissions: ['billing.payment.manage', 'billing.ledger.read'] });
    await portal.call(changeCurrency, { token: person.token, body: { currency: 'BHD' } });
    await fund({ database: portal.services.database, billing: portal.services.billing }, person.caller, 20);
    return person;
  };
  const skuNamed = async (token: string, name: string) => {
    const sku = (await portal.call(listSkus, { token })).items.find(one => one.name === name);
    if (sku === undefined) throw new Error(`no ${name}`);
    return sku;
  };

  it('an organization that pays in dinars sees, is quoted, holds, pays and reads dinars, to the fils and below', async () => {
    const { token } = await inDinars();
    const sku = await skuNamed(token, 'Both');
    expect(sku.price_per_gpu_hour).toEqual(bhd('755000'));
    const body = { sku_id: sku.sku_id, gpu_count: 2 };
    const quote = await portal.call(quoteLaunch, { token, body });
    expect(quote.price_per_hour).toEqual(bhd('1510000'));

    const { allocation } = await portal.launch(token, { ...body, quote_id: quote.quote_id });
    const { allocation_id } = await portal.until(token, allocation.allocation_id, 'active');
    expect(await portal.balance(token)).toMatchObject({ currency: 'BHD', held: bhd('1510000') });
    clock.ahead += 90 * 60_000;
    await portal.release(token, allocation_id);
    await portal.until(token, allocation_id, 'released');

    const [used] = (await portal.call(listUsage, { token })).items;
    const cost = BigInt(used?.cost.amount ?? '0');
    // An hour and a half, and the moments of the test.
    expect(used?.cost.currency).toBe('BHD');
    expect(cost).toBeGreaterThanOrEqual(2_265_000n);
    expect(cost).toBeLessThan(2_300_000n);
    expect(await portal.balance(token)).toMatchObject({
      available: bhd(String(20_000_000n - cost)),
      held: bhd('0'),
      status: 'healthy',
    });
    const csv = (await portal.request('GET', 'billing/usage/csv', { token })).text;
    const decimals = `${cost / 1_000_000n}.${String(cost % 1_000_000n).padStart(6, '0')}`;
    expect(csv).toContain('BHD');
    expect(csv).toContain(decimals);
    const entries = (await portal.call(listLedger, { token })).items;
    expect(new Set(entries.map(entry => entry.amount.currency))).toEqual(new Set(['BHD']));
    await assertBooksBalance(portal.services.database.read);
  });

  it('what has no price in dinars is neither quoted, nor passes the checks, nor is launched', async () => {
    const { token } = await inDinars();
    const sku = await skuNamed(token, 'Dollars');
    expect(sku.price_per_gpu_hour).toBeNull();
    const body = { ...portal.body, sku_id: sku.sku_id };
    const refused = { status: 409, code: 'price_unavailable', details: { currency: 'BHD' } };
    expect(await portal.refusal(quoteLaunch, { token, body: { sku_id: sku.sku_id, gpu_count: 1 } })).toMatchObject(
      refused,
    );
    expect(await portal.refusal(launchAllocation, { token, body, idempotencyKey: crypto.randomUUID() })).toMatchObject(
      refused,
    );
    const checks = await portal.call(precheckLaunch, { token, body });
    expect(checks.passed).toBe(false);
    expect(JSON.stringify(checks)).toContain('price_unavailable');
    expect(await portal.balance(token)).toMatchObject({ available: bhd('20000000'), held: bhd('0') });
  });

  it('a quote in dollars is nothing to an organization that pays in dinars', async () => {
    const other = await portal.person();
    const sku = await skuNamed(other.token, 'Both');
    const body = { sku_id: sku.sku_id, gpu_count: 1 };
    const { quote_id } = await portal.call(quoteLaunch, { token: other.token, body });
    const { token } = await inDinars();
    const refused = await portal.refusal(launchAllocation, {
      token,
      body: { ...portal.body, ...body, quote_id },
      idempotencyKey: crypto.randomUUID(),
    });
    expect(refused.code).toMatch(/^quote_/);
    expect(await portal.balance(token)).toMatchObject({ held: bhd('0') });
  });

  it('a quote from before the currency was changed is not charged in the new one', async () => {
    const person = await portal.person({ units: 0, permissions: ['billing.payment.manage'] });
    const { token } = person;
    const sku = await skuNamed(token, 'Both');
    const body = { sku_id: sku.sku_id, gpu_count: 1 };
    const { quote_id, price_per_hour } = await portal.call(quoteLaunch, { token, body });
    expect(price_per_hour.currency).toBe('USD');
    await portal.call(changeCurrency, { token, body: { currency: 'BHD' } });
    await fund({ database: portal.services.database, billing: portal.services.billing }, person.caller, 20);
    const refused = await portal.refusal(launchAllocation, {
      token,
      body: { ...portal.body, ...body, quote_id },
      idempotencyKey: crypto.randomUUID(),
    });
    expect(refused.code).toMatch(/^quote_/);
    expect(await portal.balance(token)).toMatchObject({ held: bhd('0') });
  });
});
