import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signInAsAdministrator, signUp } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectEverywhere } from './inspection';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);

describe('policies', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let owners: BrowserContext;
  let administrators: BrowserContext;
  let owner: Page;
  let admin: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    portal = await startPortalProcess();
    browser = await openChromium();
    owners = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    administrators = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await signUp(owners, portal, 'ada');
    await signInAsAdministrator(administrators, portal);
    owner = await owners.newPage();
    admin = await administrators.newPage();
    for (const page of [owner, admin]) {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      const found = collectFaults(page);
      page.on('close', () => faults.push(...found));
    }
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  const change = (page: Page, title: string) =>
    page.getByRole('button', { name: `Change ${title}`, exact: true }).click();

  test('an owner sees whom a value affects before it is set, and takes it back', async () => {
    await owner.goto(`${portal.url}/access/policies`);
    const row = owner.getByRole('row', { name: /Concurrent allocations/ });
    await row.getByText('50 allocations').waitFor();
    await row.getByText('Default').waitFor();
    await inspectEverywhere(owner, 'policies');

    await change(owner, 'Concurrent allocations');
    const dialog = owner.getByRole('dialog', { name: 'Concurrent allocations' });
    const field = dialog.getByRole('spinbutton', { name: 'Concurrent allocations' });
    await field.fill('60');
    await field.press('Tab');
    await dialog.getByText(/Only what tightens .* 50 allocations/).waitFor();
    await field.fill('5');
    await field.press('Tab');
    await dialog.getByText('Reaches 1 project, 1 person').waitFor();
    await dialog.getByText(/from “50 allocations” to “5 allocations”/).waitFor();
    await inspectEverywhere(owner, 'policy-dialog');
    await dialog.getByRole('button', { name: 'Set policy' }).click();
    await dialog.waitFor({ state: 'detached' });
    await row.getByText('5 allocations').waitFor();
    await row.getByText('Organization').waitFor();

    await change(owner, 'Concurrent allocations');
    await dialog.getByRole('button', { name: 'Take back' }).click();
    await dialog.waitFor({ state: 'detached' });
    await row.getByText('50 allocations').waitFor();
  });

  test('a limit of money that warns is set for one project and found there', async () => {
    await owner.goto(`${portal.url}/access/policies?for=project`);
    await change(owner, 'Spend per hour');
    const dialog = owner.getByRole('dialog', { name: 'Spend per hour' });
    await dialog.getByLabel(/Spend per hour/).fill('12.50');
    await dialog.getByRole('radio', { name: /Warn/ }).check();
    await dialog.getByText('Reaches 1 project').waitFor();
    await inspectEverywhere(owner, 'policy-spend');
    await dialog.getByRole('button', { name: 'Set policy' }).click();
    await dialog.waitFor({ state: 'detached' });
    const row = owner.getByRole('row', { name: /Spend per hour/ });
    await row.getByText('$12.50, then a warning').waitFor();
    await row.getByText('Project: Default').waitFor();
    await owner.goto(`${portal.url}/access/policies?for=organization`);
    await row.getByText('No limit').waitFor();
  });

  test('an administrator sets what holds for everybody, and begins a plan', async () => {
    await admin.goto(`${portal.url}/admin/policies`);
    await admin
      .getByRole('row', { name: /Trial credit/ })
      .getByText('$25.00')
      .waitFor();
    await inspectEverywhere(admin, 'platform-policies');
    await admin.getByLabel('What holds for').selectOption('plan');
    await admin.getByLabel('Another plan').fill('research');
    await admin.getByRole('button', { name: 'Begin' }).click();
    await change(admin, 'Trial credit');
    const dialog = admin.getByRole('dialog', { name: 'Trial credit' });
    await dialog.getByLabel(/Trial credit/).fill('100');
    await dialog.getByText(/sign up from now on/).waitFor();
    await inspectEverywhere(admin, 'platform-policy-dialog');
    await dialog.getByRole('button', { name: 'Set policy' }).click();
    await dialog.waitFor({ state: 'detached' });
    await admin
      .getByRole('row', { name: /Trial credit/ })
      .getByText('Plan: research')
      .waitFor();
    await admin.getByLabel('What holds for').selectOption('organization');
    await admin.getByRole('button', { name: 'Give another plan' }).click();
    const giving = admin.getByRole('dialog', { name: /Plan of/ });
    await giving.getByLabel('Plan').selectOption('research');
    await inspectEverywhere(admin, 'organization-plan');
    await giving.getByRole('button', { name: 'Give plan' }).click();
    await giving.waitFor({ state: 'detached' });
    await admin
      .getByRole('row', { name: /Trial credit/ })
      .getByText('Plan: research')
      .waitFor();
  });

  test('nothing went wrong on the way', async () => {
    await Promise.all([owner.close(), admin.close()]);
    expect(faults).toEqual([]);
  });
});
