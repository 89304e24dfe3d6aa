import type { Browser, BrowserContext, Page } from 'playwright-core';
import { waitFor } from '@portico/plugin-kit/testing';
import { signUp } from './api-session';
import type { ApiSession } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectEverywhere } from './inspection';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);

interface Recorded {
  recording_id: string;
  ended_at: string | null;
  is_incomplete: boolean;
}

describe('recordings of terminals', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let context: BrowserContext;
  let api: ApiSession;
  let page: Page;
  let faults: string[];
  let allocationId: string;

  beforeAll(async () => {
    // The tests wait by asking again and again.
    portal = await startPortalProcess({ APP_CONFIG_rateLimits_api_perMinute: '100000' });
    browser = await openChromium();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    api = await signUp(context, portal, 'hopper');
    ({ allocationId } = await api.launch('shell'));
    portal.alter(`INSERT INTO access_policies (level, organization_id, subject_id, name, value_json, set_by, set_at)
      VALUES ('platform', '', '', 'terminal_recording', 'true', 'usr_admin', 0)`);
    page = await context.newPage();
    faults = collectFaults(page);
  });
  afterAll(async () => {
    // Whatever happened: what runs in a workload outlives the portal.
    await api?.release(allocationId).catch(() => undefined);
    await browser?.close();
    await portal?.stop();
  });

  const screen = () => page.locator('.xterm-rows');
  const recordings = async () => (await api.get<{ items: Recorded[] }>(`allocations/${allocationId}/recordings`)).items;
  const castOf = async (recording: Recorded | undefined) =>
    recording === undefined
      ? ''
      : await (await context.request.get(`${portal.url}/api/v1/recordings/${recording.recording_id}/asciicast`)).text();
  async function openTerminal(): Promise<void> {
    await page.goto(`${portal.url}/workloads/${allocationId}`);
    await page.getByRole('button', { name: 'Open terminal' }).click();
    await page.getByText(/^Connected/).waitFor();
  }

  test('are told in the terminal while they are made', async () => {
    await openTerminal();
    await screen().getByText('What this terminal shows is recorded').waitFor();
    await page.getByText('Recorded', { exact: true }).waitFor();
    await page.keyboard.type('echo "first: $((40 + 2))"\n');
    await screen().getByText('first: 42').waitFor();
    await waitFor(async () => (await castOf((await recordings())[0])).includes('first: 42'), 'the first seconds');
    await page.keyboard.type('clear; echo "second: $((40 + 3))"\n');
    await screen().getByText('second: 43').waitFor();
    await page.getByRole('button', { name: 'Leave' }).click();
  });

  test('are played from beginning to end, and at any moment', async () => {
    const table = page.getByRole('table', { name: 'Recordings' });
    await table.waitFor();
    await inspectEverywhere(page, 'recordings');
    await table.getByRole('button', { name: 'Play' }).click();
    await screen().getByText('first: 42').waitFor();
    await screen().getByText('second: 43').waitFor();
    await page.getByRole('group', { name: 'Playback' }).getByRole('button', { name: 'Play' }).waitFor();
    const position = page.getByRole('slider', { name: 'Position' });
    await position.focus();
    await page.keyboard.press('Home');
    await waitFor(async () => (await screen().getByText('second: 43').count()) === 0, 'an earlier screen');
    await page.keyboard.press('End');
    await screen().getByText('second: 43').waitFor();
    await page.keyboard.press('ArrowLeft');
    expect(Number(await position.inputValue())).toBeLessThan(Number(await position.getAttribute('max')));
    await inspectEverywhere(page, 'recording-player');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download .cast' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^rec_\w+\.cast$/);
    await page.keyboard.press('Escape');
  });

  test('of a connection whose portal is killed are closed by the next, and play as far as they go', async () => {
    await openTerminal();
    await page.keyboard.type('echo "before the end: $((1 + 1))"\n');
    await screen().getByText('before the end: 2').waitFor();
    const open = await waitFor(async () => (await recordings()).find(one => one.ended_at === null), 'it is written');
    await waitFor(async () => (await castOf(open)).includes('before the end: 2'), 'the first seconds are written');
    await page.goto('about:blank');
    await openTerminal();
    const running = await waitFor(async () => (await recordings()).find(one => one.ended_at === null), 'the second');
    await portal.killAndRestart();
    // As if a minute had passed in which nobody spoke for it.
    portal.alter('UPDATE workloads_connections SET seen_at = seen_at - 120000');
    const left = await waitFor(async () => {
      const one = (await recordings()).find(({ recording_id: id }) => id === running.recording_id);
      return one?.is_incomplete === true && one;
    }, 'the next portal to close it');
    expect(left.ended_at).not.toBeNull();
    await page.goto(`${portal.url}/workloads/${allocationId}`);
    const row = page.getByRole('row').filter({ hasText: 'Incomplete' });
    await row.getByRole('button', { name: 'Play' }).click();
    await page.getByText('Parts of it are missing').waitFor();
    await screen().getByText('before the end: 2').waitFor();
  });

  test('nothing went wrong on the pages meanwhile', () => {
    expect(faults.filter(fault => !/WebSocket|ERR_|Failed to load/.test(fault))).toEqual([]);
  });
});
