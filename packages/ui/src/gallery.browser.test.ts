import { execFile } from 'node:child_process';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';

/**
 * Every component in a real browser: no WCAG 2.2 A or AA violation in either theme, no horizontal scrolling on a phone, and
 * nothing that a content security policy without 'unsafe-inline' refuses.
 */
const ROOT = resolve(__dirname, '../../..');
const PAGES = ['/', '/forms', '/list', '/states', '/instruments'];
const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.woff2': 'font/woff2',
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'";
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let folder: string;
let server: Server;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portico-gallery-'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const config = join(ROOT, 'packages/ui/gallery/vite.config.ts');
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '-c', config, '--outDir', folder, '--logLevel', 'error'],
    {
      env: { ...process.env, NODE_ENV: 'production' },
    },
  );
  server = createServer((request, response) => void answer(request.url ?? '/', response));
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({
    executablePath: process.env.PORTICO_CHROMIUM ?? '/usr/bin/chromium',
    args: CHROMIUM_ARGS,
  });
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  await new Promise(done => (server ? server.close(done) : done(null)));
  if (folder) await rm(folder, { recursive: true, force: true });
});

test.each(['light', 'dark'] as const)(
  'every page is accessible and obeys the policy in the %s theme',
  async colorScheme => {
    const context = await browser.newContext({
      colorScheme,
      reducedMotion: 'reduce',
      viewport: { width: 1280, height: 900 },
    });
    const page = await context.newPage();
    const refusals = collectRefusals(page);
    for (const path of PAGES) {
      await open(page, path);
      // Only colours differ between themes, and the whole set of rules is slow.
      const found = await violations(page, colorScheme === 'dark' ? ['color-contrast'] : undefined);
      expect({ path, found }).toEqual({ path, found: [] });
    }
    expect(refusals).toEqual([]);
    await context.close();
  },
);

test('dialogs, menus and toasts are accessible, and Escape gives the focus back', async () => {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  const refusals = collectRefusals(page);
  await open(page, '/');
  for (const name of ['Reason', 'Drawer']) {
    const button = page.getByRole('button', { name, exact: true });
    await button.click();
    await page.locator('.pt-dialog').waitFor();
    expect({ name, violations: await violations(page, undefined, '.pt-dialog') }).toEqual({ name, violations: [] });
    await page.keyboard.press('Escape');
    await page.locator('.pt-dialog').waitFor({ state: 'detached' });
    expect(await button.evaluate(element => element === document.activeElement)).toBe(true);
  }
  await page.getByRole('button', { name: 'Theme' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Light' }).waitFor();
  expect(await violations(page, undefined, '.pt-menu')).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Failed toast' }).click();
  await page.getByText('Could not release').waitFor();
  expect(await violations(page, undefined, '.pt-toasts')).toEqual([]);
  expect(refusals).toEqual([]);
  await context.close();
});

test('of two dialogs that open at once the upper one is used first, then the lower one', async () => {
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  await open(page, '/');
  const button = page.getByRole('button', { name: 'Two at once' });
  const [upper, lower] = [page.getByRole('alertdialog'), page.getByRole('dialog', { name: 'Rename workload' })];
  const isInert = (dialog: Locator) =>
    dialog.evaluate(element => element.closest('[inert], [aria-hidden=true]') !== null);
  // The first time what dialogs are made of is loaded for both, later it is there.
  for (const time of ['first', 'again']) {
    await button.click();
    await upper.waitFor();
    await page.waitForFunction(() => document.querySelector('[role=alertdialog]')?.contains(document.activeElement));
    expect([time, await isInert(upper), await isInert(lower)]).toEqual([time, false, true]);
    await upper.getByLabel('Type ada to confirm').fill('ada');
    await upper.getByRole('button', { name: 'Confirm' }).click();
    await upper.waitFor({ state: 'detached' });
    expect([time, await isInert(lower)]).toEqual([time, false]);
    await lower.getByRole('button', { name: 'Rename' }).click();
    await lower.waitFor({ state: 'detached' });
    expect(await page.locator('[inert], .pt-dialog').count()).toBe(0);
  }
  await page.close();
});

test('a candidate over a slot map is walked by arrow keys, told in words and twinned by a table', async () => {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await open(page, '/');
  const map = page.getByRole('group', { name: 'Candidate slots', exact: true });
  const line = map.locator('.pt-slot-detail');
  await map.locator('[data-cell][tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expectText(line, 'GPU 2: free, would change, virtual function 0000:2a:00.3');
  await page.keyboard.press('ArrowRight');
  await expectText(line, 'GPU 3 / half 1 of 2: candidate, virtual function 0000:18:00.2');
  await page.keyboard.press('ArrowDown');
  await expectText(line, 'GPU 3 / half 2 of 2: candidate, no virtual function');
  await page.keyboard.press('ArrowRight');
  await expectText(line, 'GPU 4: blocked');
  await expectText(line, 'Its NVMe namespace nvme6n1 (eui.0100a8) is not there any more.');
  if (process.env.PORTICO_SCREENSHOTS)
    await map.screenshot({ path: `${process.env.PORTICO_SCREENSHOTS}/candidate-map.png` });
  await map.getByRole('radio', { name: 'Table' }).press(' ');
  const rows = map.getByRole('row');
  await expectText(rows.filter({ hasText: 'GPU 5' }), 'Free, would be taken out');
  await expectText(rows.filter({ hasText: 'GPU 7' }), 'Left out');
  expect(await rows.count()).toBe(11);
  expect(await violations(page, undefined, '.pt-slot-map')).toEqual([]);
  if (process.env.PORTICO_SCREENSHOTS)
    await map.screenshot({ path: `${process.env.PORTICO_SCREENSHOTS}/candidate-table.png` });
  await context.close();
});

test('a phone never scrolls sideways, and its navigation is a sheet', async () => {
  const page = await browser.newPage({
    reducedMotion: 'reduce',
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
  });
  for (const path of PAGES) {
    await open(page, path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect({ path, overflow: Math.max(0, overflow) }).toEqual({ path, overflow: 0 });
  }
  await page.getByRole('button', { name: 'Open navigation' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Forms' }).click();
  await page.getByRole('heading', { name: 'Launch a workload' }).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.close();
});

test('a list returned to has its filter, its place and its focus again', async () => {
  const page = await browser.newPage({ reducedMotion: 'reduce', viewport: { width: 1280, height: 500 } });
  await open(page, '/list?status=nonsense&sort=-name');
  await page.waitForURL(url => url.search === '?sort=-name');
  const row = page.getByRole('link', { name: 'render-12' });
  await row.scrollIntoViewIfNeeded();
  const scrolled = await page.evaluate(() => window.scrollY);
  expect(scrolled).toBeGreaterThan(0);
  await row.click();
  await page.getByRole('heading', { name: 'trainer-7' }).waitFor();
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Workloads' }).click();
  await page.waitForURL(url => url.pathname === '/list' && url.search === '?sort=-name');
  await page.waitForFunction(() => document.activeElement?.textContent === 'render-12');
  expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
  await page.close();
});

test('the terminal draws its colours under the policy and Ctrl+Shift+Esc leaves it', async () => {
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  await open(page, '/instruments');
  await page.locator('.xterm-rows').getByText('truecolor').waitFor();
  const color = (text: string) =>
    page
      .locator('.xterm-rows')
      .getByText(text, { exact: true })
      .evaluate(element => getComputedStyle(element).color);
  expect(await color('red')).not.toBe(await color('cyan'));
  await page.locator('.xterm-screen').click();
  expect(await page.evaluate(() => document.activeElement?.classList.contains('xterm-helper-textarea'))).toBe(true);
  await page.keyboard.press('Control+Shift+Escape');
  expect(await page.evaluate(() => document.activeElement?.closest('.xterm') === null)).toBe(true);
  await page.close();
});

async function answer(url: string, response: import('node:http').ServerResponse): Promise<void> {
  const path = normalize(new URL(url, 'http://gallery').pathname);
  const file = extname(path) ? join(folder, path) : join(folder, 'index.html');
  try {
    const body = await readFile(file);
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    response.end(body);
  } catch {
    response.writeHead(204).end();
  }
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(origin + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.evaluate(() => document.fonts.ready);
}

async function expectText(locator: Locator, text: string): Promise<void> {
  await locator.filter({ hasText: text }).waitFor({ timeout: 5_000 });
}

function collectRefusals(page: Page): string[] {
  const refusals: string[] = [];
  page.on('console', message => message.type() === 'error' && refusals.push(message.text()));
  page.on('pageerror', error => refusals.push(String(error)));
  return refusals;
}

async function violations(page: Page, rules?: string[], part?: string): Promise<string[]> {
  // Legacy mode stays on this page; the other opens one more, which puts ours in the background and slows it down.
  const builder = new AxeBuilder({ page }).setLegacyMode(true);
  if (rules) builder.withRules(rules);
  else builder.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  if (part) builder.include(part);
  const { violations: found } = await builder.analyze();
  return found.map(
    violation =>
      `${violation.id}: ${violation.nodes
        .map(node => node.html.slice(0, 120))
        .slice(0, 3)
        .join(' | ')}`,
  );
}
