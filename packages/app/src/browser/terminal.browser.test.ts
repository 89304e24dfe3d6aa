import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signUp } from './api-session';
import type { ApiSession } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);

/** More than a pipe or a socket buffer takes at once. */
const PASTED_LINES = 1_600;
const PASTED_LINE = `${'0123456789'.repeat(6)}abc`;

describe('the terminal', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let context: BrowserContext;
  let api: ApiSession;
  let page: Page;
  let faults: string[];
  let allocationId: string;

  beforeAll(async () => {
    portal = await startPortalProcess();
    browser = await openChromium();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    api = await signUp(context, portal, 'hopper');
    ({ allocationId } = await api.launch('shell'));
    page = await context.newPage();
    faults = collectFaults(page);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  const screen = (where = page) => where.locator('.xterm-rows');
  const type = (text: string, where = page) => where.keyboard.type(`${text}\n`);
  async function open(where = page): Promise<void> {
    await where.goto(`${portal.url}/workloads/${allocationId}`);
    await where.getByRole('button', { name: 'Open terminal' }).click();
    await where.getByText(/^Connected/).waitFor();
  }

  test('says how far away the shell is, takes every key, and is left by the key it names', async () => {
    await open();
    await page.getByText(/^Connected · \d+ ms$/).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+c');
    await type('echo "escaped: $((40 + 2))"');
    await screen().getByText('escaped: 42').waitFor();
    await page.keyboard.press('Control+Shift+Escape');
    expect(await page.evaluate(() => document.activeElement?.classList.contains('pt-terminal-hint'))).toBe(true);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Leave');
  });

  test('says when the network is gone, and returns to the same shell with what was missed', async () => {
    await page.locator('.xterm-helper-textarea').focus();
    await type('kept=$((6 * 7)); (sleep 1; echo "said while away: $kept") &');
    await context.setOffline(true);
    await page.getByText('Reconnecting: your network is gone').waitFor();
    await context.setOffline(false);
    await page.getByText(/^Connected/).waitFor();
    await screen().getByText('said while away: 42').waitFor();
    await type('echo "same shell: $kept"');
    await screen().getByText('same shell: 42').waitFor();
  });

  test('a second tab works beside the first', async () => {
    const second = await context.newPage();
    await open(second);
    await type('echo "second: $((1 + 1))"', second);
    await screen(second).getByText('second: 2').waitFor();
    await second.close();
    await type('clear; echo "first: $((1 + 2))"');
    await screen().getByText('first: 3').waitFor();
  });

  test('tells the shell its size', async () => {
    await type('clear; echo "wide: $(tput cols)"');
    const columns = async () =>
      Number(
        /wide: (\d+)/.exec(
          await screen()
            .getByText(/wide: \d+/)
            .innerText(),
        )?.[1],
      );
    const before = await columns();
    await page.setViewportSize({ width: 700, height: 700 });
    await type('clear; echo "small: $(tput cols)"');
    const after = Number(
      /small: (\d+)/.exec(
        await screen()
          .getByText(/small: \d+/)
          .innerText(),
      )?.[1],
    );
    expect(after).toBeLessThan(before);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('takes a paste of 100 KB to the last byte', async () => {
    await type('clear; stty -echo; echo "counting: $((6 * 7))"; wc -c');
    // From here on the program reads, not the shell's line editor, which would ask for the paste in brackets.
    await screen().getByText('counting: 42').waitFor();
    await page.evaluate(text => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      document
        .querySelector('.xterm-helper-textarea')
        ?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, `${PASTED_LINE}\n`.repeat(PASTED_LINES));
    await page.keyboard.press('Control+d');
    await screen()
      .getByText(String((PASTED_LINE.length + 1) * PASTED_LINES))
      .waitFor();
    await type('stty echo; clear');
  });

  test('has the colours of the theme', async () => {
    const background = () =>
      page.locator('.pt-terminal').evaluate(element => getComputedStyle(element).backgroundColor);
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test('a shell that exits is no lost network: it says so and offers another', async () => {
    await type('exit 3');
    await page.getByText('The shell exited with code 3.').waitFor();
    await page.getByRole('button', { name: 'Start a new shell' }).click();
    await page.getByText(/^Connected/).waitFor();
    await type('echo "new: ${kept:-nothing}"');
    await screen().getByText('new: nothing').waitFor();
    await page.getByRole('button', { name: 'Leave' }).click();
    expect(faults.filter(fault => !/ERR_INTERNET_DISCONNECTED|WebSocket connection/.test(fault))).toEqual([]);
  });

  test('a release elsewhere ends it, with the reason', async () => {
    await open();
    await api.release(allocationId);
    await page.getByText('The workload was released.').waitFor();
  });
});
