import type { Browser, Page } from 'playwright-core';
import { signInAsAdministrator, signUp } from './api-session';
import type { ApiSession } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectEverywhere } from './inspection';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);

describe('those who look after the catalogue', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let page: Page;
  let customer: ApiSession;
  const faults: string[] = [];

  beforeAll(async () => {
    portal = await startPortalProcess();
    browser = await openChromium();
    customer = await signUp(await browser.newContext(), portal, 'grace');
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
  const inspect = (name: string) => inspectEverywhere(page, name);
  const sold = async () => (await customer.get<{ items: { name: string }[] }>('skus')).items.map(sku => sku.name);

  test('make a SKU with a price, which is in the catalog at once', async () => {
    await go('/admin/skus');
    await page.getByRole('button', { name: 'Create SKU' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create SKU' }).click();
    await dialog.getByText('Say what people see in the catalog.').waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('H200 pair');
    await dialog.getByLabel('GPU model').fill('H200');
    await dialog.getByLabel('Sizes').fill('1, 2');
    await dialog.getByLabel('Price per GPU and hour').fill('2.49');
    await inspect('create-sku');
    await dialog.getByRole('button', { name: 'Create SKU' }).click();
    await page.getByRole('heading', { name: 'H200 pair', level: 1 }).waitFor();
    expect(await sold()).toContain('H200 pair');
  });

  test('set a price that begins later, and take it back', async () => {
    await page.getByRole('button', { name: 'Set a price' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('In force now').waitFor();
    await dialog.getByLabel('Price per GPU and hour').fill('2.99');
    await dialog.getByText('Later', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Set price' }).click();
    await dialog.getByText('Say when it begins.').waitFor();
    await dialog.getByLabel('Begins').fill('2099-01-01T00:00');
    await inspect('set-price');
    await dialog.getByRole('button', { name: 'Set price' }).click();
    await page.getByText('The price is scheduled.').waitFor();
    await page.getByText('Scheduled', { exact: true }).first().waitFor();
    await inspect('sku');
    await page.getByRole('button', { name: 'Take back' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Take back' }).click();
    await page.getByText('The price is taken back.').waitFor();
    await page.getByRole('button', { name: 'Take back' }).waitFor({ state: 'detached' });
  });

  test('choose who sees it', async () => {
    await page.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Some organizations').click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Choose at least one organization.').waitFor();
    await dialog.getByRole('searchbox', { name: 'Find an organization' }).fill('admin');
    await dialog.getByRole('checkbox', { name: /admin/i }).first().check();
    await inspect('sku-audience');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('H200 pair is changed.').waitFor();
    expect(await sold()).not.toContain('H200 pair');
  });

  test('withdraw it, knowing what runs on it', async () => {
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Withdraw…' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('Nothing runs on it.').waitFor();
    await inspect('withdraw-sku');
    await dialog.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText('H200 pair is withdrawn.').waitFor();
    await go('/admin/skus?offered=false');
    await page.getByRole('link', { name: /H200 pair/ }).waitFor();
    await go('/admin/skus');
    await page.getByRole('link', { name: /B200 slice/ }).waitFor();
    await inspect('skus');
  });

  test('are told that a SKU of the configuration becomes theirs by a change', async () => {
    await page.getByRole('link', { name: /B200 slice/ }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Changing it here makes it yours').waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('B200 slices');
    await inspect('edit-sku');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'B200 slices', level: 1 }).waitFor();
    await page.getByText('Administrators, taken over').waitFor();
  });

  test('add an image, which must have a digest, and make it the default', async () => {
    await go('/admin/os-images');
    await page.getByRole('button', { name: 'Add image' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('CUDA shell');
    await dialog.getByLabel('Version').fill('13.1');
    await dialog.getByLabel('Source').fill('registry.example/cuda-shell');
    await dialog.getByRole('button', { name: 'Add image' }).click();
    await dialog.getByText('An image of a registry is named by its digest.').waitFor();
    await dialog.getByLabel('Digest').fill(`sha256:${'a'.repeat(64)}`);
    await inspect('add-image');
    await dialog.getByRole('button', { name: 'Add image' }).click();
    await page.getByRole('heading', { name: 'CUDA shell 13.1', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Make it the default…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Make it the default' }).click();
    await page.getByText('CUDA shell is the default.').waitFor();
    await inspect('os-image');
    await go('/admin/os-images');
    await page.getByRole('link', { name: /Portico base/ }).waitFor();
    await inspect('os-images');
  });

  test('meet no fault on the way', async () => {
    await page.close();
    expect(faults).toEqual([]);
  });
});
