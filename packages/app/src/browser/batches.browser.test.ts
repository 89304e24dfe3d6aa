import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signInAsAdministrator, signUp } from './api-session';
import type { ApiSession } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectEverywhere } from './inspection';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(240_000);

describe('several workloads alike', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let context: BrowserContext;
  let api: ApiSession;
  let page: Page;
  let faults: readonly string[];

  beforeAll(async () => {
    portal = await startPortalProcess();
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

  test('are launched by one wizard, become active together, and each leads to the others', async () => {
    const [sku] = (await api.get<{ items: { sku_id: string }[] }>('skus')).items;
    await page.goto(`${portal.url}/launch?step=capacity&sku=${sku?.sku_id}`);
    const count = page.getByRole('spinbutton', { name: 'How many workloads' });
    await count.fill('3');
    await page.getByText('3 workloads together').waitFor();
    await page.getByText('Spread', { exact: true }).click();
    await inspectEverywhere(page, 'batch-capacity');
    await page.getByRole('button', { name: 'Continue to image' }).click();
    await page.getByRole('button', { name: 'Continue to network' }).click();
    await page.getByRole('button', { name: 'Publish a port' }).click();
    await page.getByRole('button', { name: 'Publish a port' }).click();
    await page.getByRole('spinbutton', { name: 'Port' }).nth(1).fill('8888');
    await page.getByRole('textbox', { name: 'Name' }).nth(1).fill('Board');
    await inspectEverywhere(page, 'batch-network');
    await page.getByRole('button', { name: 'Continue to access' }).click();
    await page.getByRole('button', { name: 'Continue to review' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('sweep');
    // What cannot work is said at its step, and nothing that was typed is lost.
    await page.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.getByText('A port is published twice.').waitFor();
    await page.getByRole('spinbutton', { name: 'Port' }).nth(1).fill('6006');
    await page.getByRole('button', { name: 'Continue to access' }).click();
    await page.getByRole('button', { name: 'Continue to review' }).click();
    await page.getByText('3 alike, spread over nodes, all or none').waitFor();
    await page.getByText('Notebook (8888), Board (6006)').waitFor();
    await page.getByText('Everything it needs is there.').waitFor();
    await inspectEverywhere(page, 'batch-review');
    await page.getByRole('button', { name: 'Launch', exact: true }).click();

    await page.getByRole('heading', { name: 'Launch of sweep' }).waitFor();
    await page.getByRole('link', { name: 'sweep-3' }).waitFor();
    await page.getByRole('link', { name: 'Show its workloads' }).waitFor();
    await inspectEverywhere(page, 'batch-task');
    await page.getByRole('button', { name: 'Release all' }).click();
    const question = page.getByRole('alertdialog', { name: 'Release what is left of sweep?' });
    await question.waitFor();
    await inspectEverywhere(page, 'batch-release');
    await question.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('link', { name: 'Show its workloads' }).click();
    await page.getByRole('button', { name: /Launched together/ }).waitFor();
    await inspectEverywhere(page, 'batch-list');
    await page.getByRole('link', { name: 'sweep-2' }).click();
    await page.getByRole('link', { name: 'together with others' }).waitFor();
    await page.getByText('Board').first().waitFor();
    await inspectEverywhere(page, 'batch-workload');
    expect(faults).toEqual([]);
  });

  test('are found by an administrator, who may end one with a reason, and vouch for it only where its node is silent', async () => {
    const administrator = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await signInAsAdministrator(administrator, portal);
    const admin = await administrator.newPage();
    await admin.emulateMedia({ reducedMotion: 'reduce' });
    const adminFaults = collectFaults(admin);
    await admin.goto(`${portal.url}/admin/allocations?owner=ada&status=active`);
    await admin.getByText('sweep-1').waitFor();
    await inspectEverywhere(admin, 'admin-allocations');
    await admin.getByText('sweep-1').click();
    const drawer = admin.getByRole('dialog', { name: 'sweep-1' });
    await drawer.getByText('It is being billed').waitFor();
    await inspectEverywhere(admin, 'admin-allocation');
    await drawer.getByRole('button', { name: 'Force release' }).click();
    const dialog = admin.getByRole('alertdialog', { name: 'Force the release of sweep-1?' });
    await dialog.waitFor();
    expect(await dialog.getByRole('checkbox').count()).toBe(0);
    await inspectEverywhere(admin, 'force-release');
    await dialog.getByRole('button', { name: 'Force release' }).click();
    await dialog.getByText('Give a reason; it is written to the audit log.').waitFor();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('the node is taken away');
    await dialog.getByRole('textbox', { name: /Type sweep-1/ }).fill('sweep-1');
    await dialog.getByRole('button', { name: 'Force release' }).click();
    await dialog.waitFor({ state: 'detached' });
    await admin.getByText('sweep-1 is being released.').waitFor();

    // As the list of nodes says it of one that does not answer.
    await admin.route('**/api/v1/admin/nodes?*', async route => {
      const answer = await route.fetch();
      const nodes = (await answer.json()) as { items: object[] };
      await route.fulfill({
        response: answer,
        json: { ...nodes, items: nodes.items.map(node => ({ ...node, status: 'unreachable' })) },
      });
    });
    await admin.goto(`${portal.url}/admin/allocations?owner=ada&status=active`);
    await admin.getByText('sweep-2').click();
    await admin.getByText(/does not answer/).waitFor();
    await admin.getByRole('button', { name: 'Force release' }).click();
    await admin.getByRole('checkbox', { name: /Nothing of it runs any more/ }).check();
    await admin.getByText('Its GPUs stay out of use until somebody has confirmed that they are clean.').waitFor();
    await inspectEverywhere(admin, 'force-release-attested');
    expect(adminFaults).toEqual([]);
    await administrator.close();
    for (const { allocation_id: id } of (
      await api.get<{ items: { allocation_id: string }[] }>('allocations?status=active')
    ).items)
      await api.release(id);
  });
});
