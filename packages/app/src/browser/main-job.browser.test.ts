import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '@portico/plugin-kit/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { collectFaults, openChromium } from './chromium';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

const run = promisify(execFile);
const password = 'a long enough password of a test';
jest.setTimeout(180_000);

/**
 * The main job, as a person does it: sign up, add a key, launch, watch, work in the terminal, connect by ssh, look at the metrics, release, read the bill.
 * Production build, real Chromium, real OpenSSH client, real processes; only the GPUs are simulated.
 */
describe('from an empty portal to a paid workload', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'portico-ssh-'));
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'laptop of ada', '-f', path.join(folder, 'id')]);
    portal = await startPortalProcess();
    browser = await openChromium();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    faults = collectFaults(page);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const ssh = (command: string[], options: { key?: string } = {}) =>
    run(
      'ssh',
      [
        '-p',
        String(portal.sshPort),
        '-i',
        options.key ?? path.join(folder, 'id'),
        '-o',
        'IdentitiesOnly=yes',
        '-o',
        'BatchMode=yes',
        '-o',
        'StrictHostKeyChecking=accept-new',
        '-o',
        `UserKnownHostsFile=${path.join(folder, 'known_hosts')}`,
        `${allocationId}@127.0.0.1`,
        ...command,
      ],
      { timeout: 30_000 },
    );
  let allocationId = '';

  test('signs up and has a trial credit', async () => {
    await page.goto(portal.url);
    await page.getByRole('radio', { name: 'Create account' }).check({ force: true });
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: /Hello, ada/ }).waitFor();
    await page.getByText('$25.00').first().waitFor();
  });

  test('adds an SSH key, whose comment becomes its name', async () => {
    await page.getByRole('link', { name: 'SSH keys', exact: true }).first().click();
    await page.getByRole('button', { name: 'Add SSH key' }).click();
    await page.getByLabel('Public key').fill(await readFile(path.join(folder, 'id.pub'), 'utf8'));
    await page.getByRole('button', { name: 'Add key', exact: true }).click();
    await page.getByRole('cell', { name: 'laptop of ada', exact: true }).waitFor();
  });

  test('launches in the wizard, with the price in sight, and sees it become active', async () => {
    await page.getByRole('link', { name: 'Launch', exact: true }).click();
    await page.getByRole('radio', { name: /H200/ }).first().check({ force: true });
    await page.getByText('$3.39').first().waitFor();
    for (const step of ['capacity', 'image', 'network', 'access', 'review']) {
      await page.getByRole('button', { name: `Continue to ${step}` }).click();
    }
    await page.getByLabel('Name').fill('first steps');
    await page.getByText('Everything it needs is there').waitFor();
    await page.locator('.pt-panel').getByRole('button', { name: 'Launch', exact: true }).click();
    await page.waitForURL(/\/tasks\/task_/);
    await page.getByRole('link', { name: 'Open the workload' }).click({ timeout: 60_000 });
    await page.getByRole('heading', { name: 'first steps' }).waitFor();
    await page.getByText('Active', { exact: true }).waitFor();
    allocationId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(allocationId).toMatch(/^alloc_/);
  });

  test('works in the terminal, and finds the same shell after a reload', async () => {
    await page.getByRole('button', { name: 'Open terminal' }).click();
    await page.getByText(/^Connected/).waitFor();
    await page.keyboard.type('secret_number=$((6*7)); nvidia-smi -L; echo "answer: $secret_number"\n');
    const screen = page.locator('.xterm-rows');
    await screen.getByText('answer: 42').first().waitFor();
    await screen
      .getByText(/GPU 0: .*H200/)
      .first()
      .waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Open terminal' }).click();
    await page.getByText(/^Connected/).waitFor();
    await page.keyboard.type('echo "still: $secret_number"\n');
    await page.locator('.xterm-rows').getByText('still: 42').first().waitFor();
    await page.getByRole('button', { name: 'Leave' }).click();
  });

  test('the ssh command shown works when pasted, with exit codes, sftp and forwards', async () => {
    const command = await page.getByRole('group', { name: 'SSH command' }).locator('code').innerText();
    expect(command).toContain(`${allocationId}@`);
    expect((await ssh(['echo "$CUDA_VISIBLE_DEVICES:$HOME"'])).stdout).toMatch(/^\d+:\/home\/\S+\n$/);
    await expect(ssh(['exit 7'])).rejects.toMatchObject({ code: 7 });

    const connection = [
      '-P',
      String(portal.sshPort),
      '-i',
      path.join(folder, 'id'),
      '-o',
      'BatchMode=yes',
      '-o',
      `UserKnownHostsFile=${path.join(folder, 'known_hosts')}`,
    ];
    await run('sh', [
      '-c',
      `printf 'put ${path.join(folder, 'id.pub')} copied.pub\\n' | sftp -b - ${connection.join(' ')} ${allocationId}@127.0.0.1`,
    ]);
    expect((await ssh(['cat copied.pub'])).stdout).toBe(await readFile(path.join(folder, 'id.pub'), 'utf8'));
  });

  test('the same shell is there after the portal was killed and started again', async () => {
    const before = (await ssh(['cat /proc/1/stat'])).stdout.split(' ')[21];
    await portal.killAndRestart();
    expect((await ssh(['cat /proc/1/stat'])).stdout.split(' ')[21]).toBe(before);
    await page.reload();
    await page.getByRole('button', { name: 'Open terminal' }).click();
    await page.getByText(/^Connected/).waitFor();
    await page.keyboard.type('echo "kept: $secret_number"\n');
    await page.locator('.xterm-rows').getByText('kept: 42').first().waitFor();
    await page.getByRole('button', { name: 'Leave' }).click();
  });

  test('shows metrics, the simulated ones labelled', async () => {
    await page.getByRole('button', { name: 'Metrics' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('GPU utilisation').first().waitFor();
    await drawer.getByText('simulated').first().waitFor();
    await drawer.locator('canvas').first().waitFor();
    await page.keyboard.press('Escape');
  });

  test('a removed key is refused', async () => {
    const held = spawn('ssh', [
      '-p',
      String(portal.sshPort),
      '-i',
      path.join(folder, 'id'),
      '-o',
      'BatchMode=yes',
      '-o',
      `UserKnownHostsFile=${path.join(folder, 'known_hosts')}`,
      `${allocationId}@127.0.0.1`,
      'echo here; sleep 600',
    ]);
    await new Promise<void>(resolve => held.stdout.once('data', () => resolve()));
    const cutOff = new Promise<number | null>(resolve => held.once('exit', resolve));
    await page.getByRole('link', { name: 'SSH keys', exact: true }).first().click();
    await page.getByRole('button', { name: 'Remove laptop of ada' }).click();
    await page.getByRole('button', { name: 'Remove key' }).click();
    await page.getByText('No SSH keys yet').waitFor();
    await expect(ssh(['true'])).rejects.toMatchObject({ code: 255 });
    expect(await cutOff).not.toBe(0);
  });

  test('releases it, and the bill is the seconds between', async () => {
    await page.goto(`${portal.url}/workloads/${allocationId}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Release' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Release' }).click();
    await page.getByText('Released', { exact: true }).waitFor({ timeout: 60_000 });

    const signedIn = await fetch(`${portal.url}/api/v1/auth/personal/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'ada', password }),
    });
    const { access_token: token } = (await signedIn.json()) as { access_token: string };
    const get = async <Reply>(where: string) =>
      (await (
        await fetch(`${portal.url}/api/v1/${where}`, { headers: { authorization: `Bearer ${token}` } })
      ).json()) as Reply;
    const allocation = await get<{
      billing_started_at: string;
      billing_stopped_at: string;
      price_per_hour: { amount: string };
    }>(`allocations/${allocationId}`);
    const milliseconds = BigInt(Date.parse(allocation.billing_stopped_at) - Date.parse(allocation.billing_started_at));
    const expected = (BigInt(allocation.price_per_hour.amount) * milliseconds) / 3_600_000n;
    const usage = await get<{ items: { cost: { amount: string } }[] }>(`billing/usage?allocation_id=${allocationId}`);
    expect(usage.items.map(row => row.cost.amount)).toEqual([expected.toString()]);
    const balance = await get<{ available: { amount: string }; held: { amount: string } }>('billing/balance');
    expect(BigInt(balance.available.amount)).toBe(25_000_000n - expected);
    expect(balance.held.amount).toBe('0');

    await waitFor(
      async () =>
        (
          await run('sh', ['-c', `ps -eo args | grep -c '[${allocationId.charAt(0)}]${allocationId.slice(1)}' || true`])
        ).stdout.trim() === '0',
      'no process of the workload is left',
    );

    await page.getByRole('link', { name: 'Billing & Usage' }).first().click();
    const parts = page.getByRole('navigation', { name: 'Parts of billing' });
    await parts.getByRole('link', { name: 'Usage', exact: true }).click();
    await page.getByRole('link', { name: 'first steps' }).waitFor();
  });

  test('no page threw, nor was refused anything by its content security policy', () => {
    expect(faults).toEqual([]);
  });
});
