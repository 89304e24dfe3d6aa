import type { Browser, BrowserContext, Page } from 'playwright-core';
import { password, signInAsAdministrator, signUp } from './api-session';
import type { ApiSession } from './api-session';
import { codeOf, stepNow } from './authenticator-app';
import { collectFaults, openChromium } from './chromium';
import { inspectTwice } from './inspection';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);
const reason = 'Ticket 4711: their launch fails';

describe('those who look after everybody', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let customers: BrowserContext;
  let page: Page;
  let customerId: string;
  let api: ApiSession;
  const faults: string[] = [];

  beforeAll(async () => {
    portal = await startPortalProcess();
    browser = await openChromium();
    customers = await browser.newContext();
    api = await signUp(customers, portal, 'grace');
    customerId = (await api.get<{ user: { user_id: string } }>('me')).user.user_id;
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await signInAsAdministrator(context, portal);
    page = await context.newPage();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const found = collectFaults(page);
    page.on('close', () => faults.push(...found));
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  const go = (where: string) => page.goto(portal.url + where);
  const inspect = (name: string) => inspectTwice(page, name);

  test('make an account for somebody, who sets the password through the link', async () => {
    await go('/admin/users');
    await page.getByRole('button', { name: 'Create user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create user' }).click();
    await dialog.getByText('Choose a user name of that form.').waitFor();
    await dialog.getByLabel('User name').fill('linda');
    await dialog.getByLabel('Name', { exact: true }).fill('Linda Lovelace');
    await inspect('create-user');
    await dialog.getByRole('button', { name: 'Create user' }).click();
    const link = (await dialog.getByRole('region', { name: 'Link to set a password' }).innerText()).trim();
    await inspect('set-password-link');
    await dialog.getByRole('button', { name: 'I have handed it over' }).click();
    await page.getByRole('heading', { name: 'Linda Lovelace', level: 1 }).waitFor();

    const visitor = await browser.newContext();
    const theirs = await visitor.newPage();
    await theirs.goto(link);
    await theirs.locator('input[type=password]').first().fill(password);
    await theirs.getByRole('button', { name: 'Set password' }).click();
    await theirs.getByText('Your password is set').first().waitFor();
    await visitor.close();
  });

  test('credit them from the row', async () => {
    await go('/admin/users?q=grace');
    await page.getByRole('button', { name: '+$1,000 for grace' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('Goodwill');
    await inspect('credit-user');
    await dialog.getByRole('button', { name: 'Credit $1,000.00' }).click();
    await page.getByText('grace was credited $1,000.00.').waitFor();
    await inspect('users');
  });

  test('take away factors that were lost', async () => {
    const begun = await api.post('account/factors/totp');
    const { secret } = begun.body as { secret: string };
    expect((await api.post('account/factors/totp/confirm', { code: codeOf(secret, stepNow()) })).status).toBe(200);
    await go(`/admin/users/${customerId}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Remove second factors…' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('Make sure who asks').waitFor();
    await inspect('remove-factors');
    await dialog.getByLabel('Reason').fill('Lost the phone; called back');
    await dialog.getByLabel('Type grace to confirm').fill('grace');
    await dialog.getByRole('button', { name: 'Remove second factors' }).click();
    await page.getByText('grace has no second factor any more.').waitFor();
    expect((await customers.request.get(`${portal.url}/api/v1/me`)).status()).toBe(401);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Disable…' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Remove second factors…' }).count()).toBe(0);
  });

  test('give a role, keep them out and let them in again', async () => {
    await go(`/admin/users/${customerId}`);
    await page.getByRole('button', { name: 'Give Support agent to grace' }).click();
    await page.getByRole('button', { name: 'Give role' }).click();
    await page.getByText('grace is Support agent now.').waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Disable…' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('What runs goes on and costs').waitFor();
    await inspect('disable-user');
    await dialog.getByLabel('Reason').fill('Left the company');
    await dialog.getByLabel('Type grace to confirm').fill('grace');
    await dialog.getByRole('button', { name: 'Disable user' }).click();
    await page.getByText('Left the company').waitFor();
    expect((await customers.request.get(`${portal.url}/api/v1/me`)).status()).toBe(401);
    await inspect('user-disabled');
    await page.getByRole('button', { name: 'Enable', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Enable user' }).click();
    await page.getByText('grace can sign in again.').waitFor();
    await inspect('user');
  });

  test('look into an organization for a reason, see it under a banner, and leave', async () => {
    await go('/admin/support?q=grace');
    await page.getByRole('button', { name: 'Look in at grace' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('grace (grace)').waitFor();
    await dialog.getByRole('button', { name: 'Look in' }).click();
    await dialog.getByText('Say why you look in.').waitFor();
    await dialog.getByLabel('Reason').fill(reason);
    await inspect('look-in');
    await dialog.getByRole('button', { name: 'Look in' }).click();
    await page.getByText('You are looking into grace for support').waitFor();
    await page.waitForURL(address => address.pathname === '/');
    await go('/access/audit-logs');
    await page.getByText('access.support_session.open').first().waitFor();
    await inspect('looking-in');
    await go('/admin/support');
    await page.getByText('You are looking into grace', { exact: true }).waitFor();
    await inspect('support');
    await page.getByRole('main').getByRole('button', { name: 'Leave' }).first().click();
    await page.getByText('You left grace.').waitFor();

    await page.getByRole('button', { name: 'Look in at grace' }).click();
    await dialog.getByLabel('Reason').fill(reason);
    await dialog.getByRole('button', { name: 'Look in' }).click();
    await page.waitForURL(address => address.pathname === '/');
    const banner = page.getByText('You are looking into grace for support');
    await banner.waitFor();
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await page.getByText('You have left grace.').waitFor();
    await banner.waitFor({ state: 'detached' });
    await go('/admin/support');
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText(reason).first().waitFor();
    await inspect('support-history');
  });

  test('and nothing broke on the way', async () => {
    await page.close();
    expect(faults).toEqual([]);
  });
});
