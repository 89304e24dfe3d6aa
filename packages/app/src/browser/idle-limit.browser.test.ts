import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signUp } from './api-session';
import type { ApiSession } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectEverywhere } from './inspection';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);

describe('the idle limit', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let context: BrowserContext;
  let api: ApiSession;
  let page: Page;
  let faults: readonly string[];

  beforeAll(async () => {
    portal = await startPortalProcess({ APP_CONFIG_workloads_idleness_intervalSeconds: '1' });
    browser = await openChromium();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    api = await signUp(context, portal, 'ada');
    page = await context.newPage();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    faults = collectFaults(page);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  test('is set where policies are, and its owner is told before it ends what nobody uses', async () => {
    const { allocationId } = await api.launch('forgotten');
    await page.goto(`${portal.url}/access/policies`);
    const row = page.getByRole('row', { name: /Idle limit/ });
    await row.getByText('No limit').waitFor();
    await page.getByRole('button', { name: 'Change Idle limit', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Idle limit' });
    await dialog.getByRole('spinbutton', { name: 'Idle limit' }).fill('1');
    await page.keyboard.press('Tab');
    await dialog.getByText(/from “No limit” to “1 min”/).waitFor();
    await inspectEverywhere(page, 'idle-limit-dialog');
    await dialog.getByRole('button', { name: 'Set policy' }).click();
    await dialog.waitFor({ state: 'detached' });
    await row.getByText('1 min').waitFor();
    await inspectEverywhere(page, 'idle-limit-policies');

    await page.goto(`${portal.url}/workloads/${allocationId}`);
    await page.getByText(/It will be released at .* unless it is used/).waitFor();
    await page.getByText(/^Idle for /).waitFor();
    await inspectEverywhere(page, 'idle-limit-workload');

    // Whoever opens its terminal uses it: the notice goes by itself.
    await page.getByRole('button', { name: 'Open terminal' }).click();
    await page.getByRole('dialog').waitFor();
    await page.getByText(/It will be released at/).waitFor({ state: 'detached' });
    await page.close();
    expect(faults).toEqual([]);
  });
});
