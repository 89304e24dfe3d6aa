import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { waitFor } from '@portico/plugin-kit/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { password, signUp } from './api-session';
import type { ApiSession, Launched } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);
const run = promisify(execFile);

/** All the JavaScript of a first visit, compressed. */
const FIRST_LOAD_BYTES_MAX = 150 * 1024;

describe('using the portal', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let context: BrowserContext;
  let api: ApiSession;
  let page: Page;
  let faults: string[];
  let trainer: Launched;

  beforeAll(async () => {
    portal = await startPortalProcess();
    browser = await openChromium();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    api = await signUp(context, portal, 'lovelace');
    trainer = await api.launch('trainer');
    page = await context.newPage();
    faults = collectFaults(page);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  const go = (where: string, to = page) => to.goto(portal.url + where);
  const signIn = async (to: Page, username: string) => {
    await to.getByLabel('User name').fill(username);
    await to.getByLabel('Password', { exact: true }).fill(password);
    await to.getByRole('button', { name: 'Sign in' }).click();
  };
  const titled = (to: Page, title: RegExp | string) =>
    waitFor(
      async () => (typeof title === 'string' ? (await to.title()) === title : title.test(await to.title())),
      `the title is ${title}`,
    );

  test('a first visit loads little', async () => {
    const visitor = await browser.newContext();
    for (const [who, where] of [
      [visitor, '/login'],
      [context, '/'],
    ] as const) {
      const visit = await who.newPage();
      const loaded: Promise<number>[] = [];
      visit.on('response', response => {
        if (response.url().endsWith('.js')) loaded.push(response.body().then(body => gzipSync(body).length));
      });
      await go(where, visit);
      await visit.getByRole('heading', { level: 1 }).waitFor();
      await visit.waitForLoadState('networkidle');
      const bytes = (await Promise.all(loaded)).reduce((sum, size) => sum + size, 0);
      expect({ where, isSmall: bytes <= FIRST_LOAD_BYTES_MAX, bytes }).toMatchObject({ where, isSmall: true });
      await visit.close();
    }
    await visitor.close();
  });

  test('a list shows what another tab launches, over one stream, and goes on when the tab that held it closes', async () => {
    const streams: string[] = [];
    context.on('request', request => {
      if (new URL(request.url()).pathname === '/api/v1/events') streams.push(request.url());
    });
    const first = await context.newPage();
    await go('/workloads', first);
    await first.getByRole('link', { name: 'trainer' }).waitFor();
    await go('/workloads');
    await page.getByRole('link', { name: 'trainer' }).waitFor();
    const second = await api.launch('second');
    for (const tab of [first, page]) {
      // Rows under the pointer stay where they are; what came since is offered.
      await tab.getByRole('button', { name: '1 new' }).click();
      await tab.getByRole('row', { name: /second .*Active/ }).waitFor();
    }
    expect(streams).toHaveLength(1);
    await first.close();
    await waitFor(() => streams.length === 2, 'the other tab holds the stream');
    await api.release(second.allocationId);
    await page.getByRole('row', { name: /second .*Released/ }).waitFor();
    expect(streams).toHaveLength(2);
  });

  test('a list is found as it was left: filter, scroll and focus', async () => {
    await page.setViewportSize({ width: 390, height: 420 });
    await go('/workloads');
    await page.getByLabel('Status').selectOption({ label: 'Active' });
    await page.waitForURL(/status=active/);
    const link = page.getByRole('link', { name: 'trainer' });
    await link.scrollIntoViewIfNeeded();
    await page.evaluate(() => window.scrollTo({ top: 180 }));
    const scrolled = await page.evaluate(() => window.scrollY);
    expect(scrolled).toBeGreaterThan(0);
    await link.click();
    await page.getByRole('heading', { name: 'trainer' }).waitFor();
    await titled(page, 'trainer · Portico');
    await page.goBack();
    await waitFor(
      async () => (await page.evaluate(() => document.activeElement?.textContent)) === 'trainer',
      'the row has the focus again',
    );
    expect(new URL(page.url()).search).toBe('?status=active');
    expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('a launch by keyboard alone, pressed twice, is one launch; its page tells until it is done', async () => {
    const launches: string[] = [];
    page.on('request', request => {
      if (request.method() === 'POST' && request.url().endsWith('/api/v1/allocations')) launches.push(request.url());
    });
    await go('/launch');
    const press = async (name: string | RegExp, key: string) => {
      await page.getByRole('button', { name }).last().waitFor();
      for (let presses = 0; presses < 80; presses++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(() => document.activeElement?.textContent ?? '');
        if (typeof name === 'string' ? at === name : name.test(at)) return page.keyboard.press(key);
      }
      throw new Error(`no way to ${name} by keyboard`);
    };
    await page.getByRole('radio').first().waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    for (
      let presses = 0;
      presses < 60 &&
      (await page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.type)) !== 'radio';
      presses++
    ) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Space');
    for (const step of ['capacity', 'image', 'network', 'access', 'review'])
      await press(`Continue to ${step}`, 'Enter');
    await page.waitForURL(/step=review/);
    await page.getByLabel('Name').focus();
    await page.keyboard.type('typed');

    // What was chosen and typed is in the address: a reload loses none of it.
    await page.waitForURL(/name=typed/);
    await page.reload();
    expect(await page.getByLabel('Name').inputValue()).toBe('typed');
    await page.getByText('Everything it needs is there').waitFor();
    await page.getByLabel('Name').focus();
    await press('Launch', 'Enter');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/tasks\/task_/);
    await titled(page, 'Completed · Launch of typed · Portico');
    expect(launches).toHaveLength(1);
    const { items } = await api.get<{ items: { name: string; allocation_id: string }[] }>('workloads?q=typed');
    expect(items).toHaveLength(1);
    await api.release(items[0]?.allocation_id ?? '');
  });

  test('a launch that cannot be paid says how much is missing and loses nothing', async () => {
    const [sku] = (await api.get<{ items: { sku_id: string }[] }>('skus')).items;
    await go(`/launch?step=review&sku=${sku?.sku_id}&gpus=8&name=too+big`);
    await page.getByText(/^The balance is \$[\d.]+ short$/).waitFor();
    await page.locator('.pt-panel').getByRole('button', { name: 'Launch', exact: true }).click();
    await page
      .getByRole('alert')
      .getByText(/^The balance is \$[\d.]+ short$/)
      .waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('too big');
  });

  test('the API call that is shown does what the button does', async () => {
    const signedIn = await fetch(`${portal.url}/api/v1/auth/personal/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'lovelace', password }),
    });
    const { access_token: token } = (await signedIn.json()) as { access_token: string };
    await go('/access/ssh-keys');
    await page.getByRole('button', { name: 'Add SSH key' }).click();
    await page
      .getByLabel('Public key')
      .fill("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada's key");
    await page.getByText('Show as API call').click();
    const command = await page.getByRole('region', { name: 'API call' }).innerText();
    await run('sh', ['-c', command], { env: { PATH: process.env.PATH, PORTICO_TOKEN: token } });
    await page.reload();
    await page.getByRole('cell', { name: "ada's key", exact: true }).waitFor();
  });

  test.each(['light', 'dark'] as const)('what opens over a page is accessible in %s', async colorScheme => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const inspect = async (what: string) => {
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze();
      expect(
        violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes.map(node => node.target.join(' ')).join(', ')}`),
      ).toEqual([]);
      await page.getByRole('button', { name: 'Close' }).click();
    };
    await go(`/workloads/${trainer.allocationId}`);
    await page.getByRole('button', { name: 'Open terminal' }).click();
    await page.getByText(/^Connected/).waitFor();
    await inspect('terminal');
    await page.getByRole('button', { name: 'Metrics' }).click();
    await page.getByRole('dialog').locator('canvas').first().waitFor();
    await inspect('metrics');
    await page.getByRole('button', { name: 'SSH access' }).click();
    await page.getByRole('dialog').getByText('Show as API call').waitFor();
    await inspect('SSH access');
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Release' }).click();
    await page.getByRole('alertdialog').getByText('Show as API call').click();
    await inspect('release');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test('on a phone: from the menu to a workload, its price in sight, and its release', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await go('/');
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Catalog' }).click();
    await page.getByRole('link', { name: /^Launch H200 slice/ }).click();
    const rail = page.getByRole('complementary', { name: 'Price' });
    await rail.getByText('$3.39').first().waitFor();
    const bar = await rail.boundingBox();
    expect(Math.round((bar?.y ?? 0) + (bar?.height ?? 0))).toBe(844);
    expect(bar?.height).toBeLessThan(120);

    await go(`/workloads/${trainer.allocationId}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Release' }).click();
    await page.getByRole('alertdialog').getByText('is deleted for good').waitFor();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Release' }).click();
    await page.getByText('trainer is being released.').waitFor();
    await page.getByText('Released', { exact: true }).waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('a session that ends asks to sign in and leads back; signing out in one tab signs out the other', async () => {
    const where = `/workloads/${trainer.allocationId}`;
    await go(where);
    await page.getByRole('heading', { name: 'trainer' }).waitFor();
    expect((await api.post('auth/logout')).status).toBeLessThan(300);
    await page.waitForURL(`**/login?next=${encodeURIComponent(where)}`);
    await titled(page, 'Sign in · Portico');
    await signIn(page, 'lovelace');
    await page.getByRole('heading', { name: 'trainer' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(where);

    const other = await context.newPage();
    await go('/billing', other);
    await other.getByRole('heading', { name: 'Billing & Usage' }).waitFor();
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/\/login/);
    await other.waitForURL(/\/login/);
    await other.close();
  });

  test('a deep link is followed after signing in, and what is another’s does not exist', async () => {
    const visitor = await browser.newContext();
    const theirs = await visitor.newPage();
    await go(`/tasks/${trainer.taskId}`, theirs);
    await signIn(theirs, 'lovelace');
    await theirs.getByRole('heading', { name: 'Launch of trainer' }).waitFor();
    await visitor.close();

    const stranger = await browser.newContext();
    await signUp(stranger, portal, 'stranger');
    const lost = await stranger.newPage();
    await go(`/workloads/${trainer.allocationId}`, lost);
    await lost.getByText('This workload does not exist').waitFor();
    await go('/no/such/page', lost);
    await titled(lost, 'Not found · Portico');
    await stranger.close();
  });

  test('no page threw, nor was refused anything by its content security policy', () => {
    expect(faults).toEqual([]);
  });
});
