import { waitFor } from '@portico/plugin-kit/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signUp } from './api-session';
import type { ApiSession } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectTwice } from './inspection';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(180_000);

interface Balance {
  readonly available: { readonly amount: string };
  readonly held: { readonly amount: string };
}

describe('somebody without money', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let context: BrowserContext;
  let api: ApiSession;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    portal = await startPortalProcess({ APP_CONFIG_billing_trialCredit_enabled: 'off' });
    browser = await openChromium();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    api = await signUp(context, portal, 'ada');
    page = await context.newPage();
    page.setDefaultTimeout(8_000);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    faults = collectFaults(page);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  const go = (where: string) => page.goto(portal.url + where);
  const inspect = (name: string) => inspectTwice(page, name);
  const available = async () => {
    const balance = await api.get<Balance>('billing/balance');
    expect(balance).toMatchObject({ available: { currency: 'USD' } });
    return BigInt(balance.available.amount);
  };
  const choose = (label: string) => page.getByRole('radio', { name: label }).check();

  test('is led to billing, which says what to do', async () => {
    await go('/');
    await page.waitForURL(url => url.pathname === '/billing');
    await page.getByRole('heading', { name: 'Add funds to get started' }).waitFor();
    await page.getByText('Nothing runs').first().waitFor();
  });

  test('is told what is wrong with an amount before anything is sent', async () => {
    await page.getByRole('main').getByRole('link', { name: 'Add funds' }).first().click();
    await page.getByText('Test money: no card is charged').waitFor();
    await choose('Another amount');
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByText('Type an amount, such as').waitFor();
    await page.getByLabel('Another amount').last().fill('25.005');
    await page.getByText('USD has 2 decimals').waitFor();
    await page.getByLabel('Another amount').last().fill('3');
    await page.getByText(/The least is \$\d+\.00\./).waitFor();
    await inspect('billing-add-funds');
  });

  test('pays with test money: a card that is declined, then one that is not', async () => {
    await page.getByLabel('Another amount').last().fill('125.50');
    await page.getByLabel('Keep the card for automatic top-up').check();
    await page.getByRole('button', { name: 'Continue to pay $125.50' }).click();
    await page.waitForURL(url => url.pathname.startsWith('/billing/test-checkout/'));
    await page.getByRole('heading', { name: 'Test checkout' }).waitFor();
    await choose('Card declined');
    await page.getByRole('button', { name: 'Pay with test money' }).click();
    await page.getByText('The card was refused').waitFor();
    await inspect('billing-test-checkout');
    await choose('Card accepted');
    await page.getByRole('button', { name: 'Pay with test money' }).click();
    await page.waitForURL(url => url.pathname === '/billing/return');
    await page.getByRole('heading', { name: '$125.50 were added' }).waitFor();
    expect(await available()).toBe(125_500_000n);
    await inspect('billing-return-success');
    await page.reload();
    await page.getByRole('heading', { name: '$125.50 were added' }).waitFor();
    expect(await available()).toBe(125_500_000n);
  });

  test('changes their mind, and nothing is charged', async () => {
    await go('/billing/add-funds');
    await page.getByRole('button', { name: 'Continue to pay' }).click();
    await page.waitForURL(url => url.pathname.startsWith('/billing/test-checkout/'));
    await page.getByRole('button', { name: 'Cancel and go back' }).click();
    await page.waitForURL(url => url.pathname === '/billing/return');
    await page.getByRole('heading', { name: /You (cancelled the payment|have not paid yet)/ }).waitFor();
    expect(await available()).toBe(125_500_000n);
  });

  test('launches from the page that says the money is there, and sees what it costs', async () => {
    const { allocationId } = await api.launch('trainer');
    await go('/billing');
    await page.getByRole('link', { name: 'trainer' }).waitFor();
    await page.getByText(/^Lasts until/).waitFor();
    await page.getByLabel('Group by').selectOption({ label: 'By project' });
    await page.waitForURL(/group_by=project/);
    await page.getByRole('figure').waitFor();
    await page.getByRole('radio', { name: 'Table' }).check();
    await page.getByRole('columnheader', { name: 'Period' }).waitFor();
    await go('/billing/usage');
    await page.getByRole('link', { name: 'trainer' }).waitFor();
    await page.getByLabel('State').selectOption({ label: 'Stopped' });
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('link', { name: 'trainer' }).waitFor();
    await page.getByRole('link', { name: 'Added up' }).click();
    await page.getByRole('cell', { name: 'Default' }).waitFor();
    await api.release(allocationId);
  });

  test('lets the account fill itself up', async () => {
    await go('/billing/payments');
    await page.getByRole('button', { name: 'Set up' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('When less is left than').fill('5');
    await dialog.getByLabel('Charge', { exact: true }).fill('50');
    await dialog.getByLabel('At most in a month').fill('20');
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    await dialog.getByText('Less than one charge.').waitFor();
    await dialog.getByLabel('At most in a month').fill('200');
    await inspect('billing-auto-top-up');
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Automatic top-up is on.').first().waitFor();
    await go('/billing');
    await page.getByText('$50.00 from Visa •••• 4242 whenever less than $5.00 are left').waitFor();
  });

  test('sets a budget and is warned earlier', async () => {
    await go('/billing/budgets');
    await page.getByRole('button', { name: 'Set a budget' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Set budget' }).click();
    await dialog.getByText('Type an amount, such as').waitFor();
    await dialog.getByLabel('A month should cost').fill('400');
    await inspect('billing-budget-dialog');
    await dialog.getByRole('button', { name: 'Set budget' }).click();
    await page.getByRole('heading', { name: 'The whole organization' }).waitFor();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog.getByLabel('Warning: whatever the time, below').fill('40');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Warnings were changed.').waitFor();
    await inspect('billing-budgets');
  });

  test('asks for money back and is told what becomes of it', async () => {
    await go('/billing/payments');
    await page.getByRole('button', { name: 'Refund…' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('What will become of it').waitFor();
    await dialog.getByLabel('Amount').fill('20');
    await dialog.getByLabel('Reason').fill('Paid too much');
    await dialog.getByText(/20\.00.*4242/).waitFor();
    await inspect('billing-refund-dialog');
    const before = await available();
    await dialog.getByRole('button', { name: 'Ask for $20.00 back' }).click();
    await page.getByRole('table', { name: 'Refunds' }).getByText('To the card').waitFor();
    await waitFor(async () => (await available()) === before - 20_000_000n, 'the money left the balance');
  });

  test('finds it all in the ledger, with the way to check it', async () => {
    await go('/billing/ledger');
    await page.getByRole('cell', { name: 'Refund', exact: true }).waitFor();
    await page.getByText('Signed by the key with fingerprint').waitFor();
    await page.getByLabel('Kind').selectOption({ label: 'Payment' });
    await page.waitForURL(/kind=top_up/);
    await page.getByRole('row', { name: /125\.50/ }).waitFor();
    await go('/billing/invoices');
    await page.getByText('No invoices yet').waitFor();
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('dialog').getByLabel('Made out to').fill('Analytical Engines Ltd');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Analytical Engines Ltd', { exact: true }).waitFor();
  });

  test('and nothing broke on the way', () => {
    expect(faults).toEqual([]);
  });
});
