import { waitFor } from '@portico/plugin-kit/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signUp } from './api-session';
import type { ApiSession } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectTwice } from './inspection';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(180_000);

const money = (units: number) => ({ amount: String(units * 1_000_000), currency: 'USD', scale: 6 });

describe('a billing operator', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let customers: BrowserContext;
  let customer: ApiSession;
  let customerId: string;
  let paymentId: string;
  let page: Page;
  let faults: string[];

  /** Signs the first administrator in and sends one request. */
  async function administer(where: string, data: object): Promise<void> {
    const context = await browser.newContext();
    const signedIn = await context.request.post(`${portal.url}/api/v1/auth/personal/login`, {
      data: { username: 'admin', password: portal.adminPassword, session: 'cookie' },
      headers: { origin: portal.url },
    });
    const { csrf_token: csrf } = (await signedIn.json()) as { csrf_token: string };
    const reply = await context.request.put(`${portal.url}/api/v1/${where}`, {
      data,
      headers: { origin: portal.url, 'x-csrf-token': csrf },
    });
    expect({ where, status: reply.status() }).toEqual({ where, status: 200 });
    await context.close();
  }

  beforeAll(async () => {
    portal = await startPortalProcess();
    browser = await openChromium();
    customers = await browser.newContext();
    customer = await signUp(customers, portal, 'ada');
    customerId = (await customer.get<{ user: { user_id: string } }>('me')).user.user_id;
    const begun = await customer.post('payments/checkout-session', { amount: money(500) });
    paymentId = (begun.body as { payment: { payment_id: string } }).payment.payment_id;
    await customer.post(`payments/test-checkout/${paymentId}`, { outcome: 'paid' });
    await waitFor(
      async () => (await customer.get<{ status: string }>(`payments/${paymentId}`)).status === 'completed',
      'the payment is completed',
    );
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const operator = await signUp(context, portal, 'olga');
    const { user } = await operator.get<{ user: { user_id: string } }>('me');
    await administer(`admin/users/${user.user_id}/platform-roles/billing_operator`, {});
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    faults = collectFaults(page);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  const go = (where: string) => page.goto(portal.url + where);
  const inspect = (name: string) => inspectTwice(page, name);

  test('finds the money in the navigation, and none of the machines', async () => {
    await go('/admin/payment-sessions');
    await page
      .getByRole('link', { name: 'ada' })
      .or(page.getByRole('cell', { name: 'ada' }))
      .first()
      .waitFor();
    const navigation = page.getByRole('navigation', { name: 'Main' });
    for (const name of ['Payments', 'Refunds', 'Vouchers', 'Invoices', 'Ledger', 'Users'])
      expect({ name, count: await navigation.getByRole('link', { name, exact: true }).count() }).toEqual({
        name,
        count: 1,
      });
    for (const name of ['Nodes', 'SKUs', 'OS images'])
      expect({ name, count: await navigation.getByRole('link', { name, exact: true }).count() }).toEqual({
        name,
        count: 0,
      });
  });

  test('sees all that is known of a payment, and asks the provider', async () => {
    await go(`/admin/payment-sessions/${paymentId}`);
    await page.getByRole('list', { name: 'States' }).getByText('Paid').waitFor();
    await page.getByRole('table', { name: 'Ledger entries' }).getByText('Payment', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Ask the provider now' }).click();
    await page.getByText('The provider says: Paid.').waitFor();
  });

  test('refunds a user, and is told before what policy makes of it', async () => {
    await go(`/admin/users/${customerId}`);
    await page.getByRole('button', { name: 'Refund…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Amount').fill('20');
    await dialog.getByText('Goes back to the card').waitFor();
    await dialog.getByLabel('Reason').fill('A node was slow');
    await inspect('operator-refund-user');
    await dialog.getByRole('button', { name: 'Refund $20.00' }).click();
    await dialog.waitFor({ state: 'detached' });
    await waitFor(
      async () =>
        (await customer.get<{ refunded: { amount: string } }>(`payments/${paymentId}`)).refunded.amount === '20000000',
      'the payment says what went back',
    );
  });

  test('cannot be both people where it takes two, and can take it back', async () => {
    await page.getByRole('button', { name: 'Refund…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Amount').fill('300');
    await dialog.getByText('Waits for a second person').waitFor();
    await dialog.getByLabel('Reason').fill('All of it');
    await dialog.getByRole('button', { name: 'Refund $300.00' }).click();
    await dialog.waitFor({ state: 'detached' });
    await go('/admin/refunds?status=requested');
    await page.getByRole('cell', { name: 'a second person' }).waitFor();
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('button', { name: 'Approve…' }).click();
    const alert = page.getByRole('alertdialog');
    await alert.getByRole('button', { name: 'Approve' }).click();
    await alert.getByText('Somebody else has to do this').waitFor();
    await alert.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Decide…' }).click();
    await dialog.getByRole('radio', { name: 'Reject' }).check();
    await dialog.getByLabel('Reason').fill('Asked by mistake');
    await inspect('operator-decide');
    await dialog.getByRole('button', { name: 'Decide' }).click();
    await page.getByText('Rejected').first().waitFor();
  });

  test('issues vouchers, of which somebody redeems one and one is revoked', async () => {
    await go('/admin/vouchers');
    await page.getByRole('button', { name: 'Issue vouchers' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Each is worth').fill('15');
    await dialog.getByRole('spinbutton', { name: 'How many' }).fill('2');
    await dialog.getByLabel('What they are for').fill('The autumn school');
    await dialog.getByRole('button', { name: 'Issue 2 worth $30.00 in all' }).click();
    await dialog.getByText('Shown this once').waitFor();
    const codes = (await dialog.getByRole('region', { name: 'codes' }).innerText()).trim().split('\n');
    expect(codes).toHaveLength(2);
    await inspect('operator-issued-vouchers');
    await dialog.getByRole('button', { name: 'I have kept them' }).click();

    const theirs = await customers.newPage();
    await theirs.goto(`${portal.url}/billing/add-funds`);
    await theirs.getByLabel('Code').fill(codes[0]?.toLowerCase() ?? '');
    await theirs.getByRole('button', { name: 'Redeem' }).click();
    await theirs.getByText('$15.00 were added.').waitFor();
    await theirs.close();

    await go('/admin/vouchers?status=open');
    await page.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText(/^The voucher .* is revoked\.$/).waitFor();
  });

  test('takes back a credit that was a mistake', async () => {
    await go('/admin/ledger?kind=voucher');
    await page.getByRole('button', { name: 'Reverse…' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Reverse' }).click();
    await dialog.getByText('Say why').waitFor();
    await dialog.getByLabel('Reason').fill('Redeemed by the wrong school');
    await inspect('operator-reverse');
    await dialog.getByRole('button', { name: 'Reverse' }).click();
    await page.getByText('$15.00 were taken back.').waitFor();
    await go('/admin/ledger?kind=reversal');
    await page.getByRole('row', { name: /15\.00/ }).waitFor();
  });

  test('and nothing broke on the way', () => {
    expect(faults).toEqual([]);
  });
});
