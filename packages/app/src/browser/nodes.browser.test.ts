import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signInAsAdministrator, signUp } from './api-session';
import type { ApiSession } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectEverywhere } from './inspection';
import { lookedAtMap, lookedAtVerdict } from './node-replies';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';
import { hasSshd, startSshd } from './sshd-process';
import type { SshdProcess } from './sshd-process';

jest.setTimeout(180_000);
const wrongPassword = 'not the password of that machine';
/** Of nobody: what a machine that enrols itself says its key is. */
const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKI7+rJO8ocnPaIpio19eN6ypKcZolt7XqcE47YGwVa+';
const withSshd = hasSshd ? test : test.skip;

describe('those who look after nodes', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let api: ApiSession;
  let sshd: SshdProcess | undefined;
  let simulatedId: string;
  let machineId = '';
  const faults: string[] = [];

  beforeAll(async () => {
    if (hasSshd) sshd = await startSshd();
    portal = await startPortalProcess({ APP_CONFIG_fleet_ssh_allowedNetworks: '["127.0.0.0/8"]' });
    browser = await openChromium();
    api = await signUp(await browser.newContext(), portal, 'grace');
    const { allocationId } = await api.launch('trainer');
    simulatedId = (await api.get<{ node_id: string }>(`allocations/${allocationId}`)).node_id;
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await signInAsAdministrator(context, portal);
    page = await context.newPage();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const found = collectFaults(page);
    page.on('close', () => faults.push(...found));
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
    await sshd?.stop();
  });

  // What one test answers in place of the server is nothing to the next.
  afterEach(async () => {
    if (!page.isClosed()) await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  const go = (where: string) => page.goto(portal.url + where);
  const inspect = (name: string) => inspectEverywhere(page, name);
  const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();

  test('see what there is, and narrow it by the address', async () => {
    await go('/admin/nodes');
    const table = page.getByRole('table', { name: 'Nodes' });
    await table.getByText('Simulated').first().waitFor();
    await inspect('nodes');
    await page.getByLabel('Status').selectOption('draining');
    await page.getByText('Nothing matches').waitFor();
    expect(new URL(page.url()).searchParams.get('status')).toBe('draining');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await table.getByText('Simulated').first().waitFor();
  });

  test('are told at the fields what is missing, and that an address is not allowed', async () => {
    await go('/admin/nodes');
    await page.getByRole('link', { name: 'Add node' }).click();
    await heading('Add a node');
    await page.getByRole('button', { name: 'Add node' }).click();
    await page.getByText('3 things are missing').waitFor();
    await inspect('add-node-missing');
    await page.getByRole('link', { name: /Give it a name/ }).click();
    expect(await page.getByLabel('Name').evaluate(field => field === document.activeElement)).toBe(true);
    await page.getByLabel('Name').fill('machine-1');
    await page.getByLabel('Address').fill('10.1.2.3');
    await page.getByRole('radio', { name: 'Password' }).check();
    await page.getByLabel('Password', { exact: true }).last().fill(wrongPassword);
    await page.getByRole('button', { name: 'Add node' }).click();
    await page.getByText('Nodes may not have this address:').first().waitFor();
    expect(page.url()).not.toContain('password');
    expect(await page.getByLabel('Address').getAttribute('aria-invalid')).toBe('true');
    await inspect('add-node-refused');
  });

  withSshd('are told that a machine did not let Portico in, and may try again', async () => {
    await page.getByLabel('Address').fill('127.0.0.1');
    await page.getByRole('spinbutton', { name: 'Port' }).fill(String(sshd?.port));
    await page.getByRole('button', { name: 'Ask the machine' }).click();
    await page.getByText(sshd?.fingerprint ?? '').waitFor();
    await page.getByRole('button', { name: 'Use this one' }).click();
    await page.getByText('Show as API call').click();
    await page.getByText('"password": "…"').or(page.getByText('"password":"…"')).first().waitFor();
    expect(await page.getByRole('main').innerText()).not.toContain(wrongPassword);
    await page.getByRole('button', { name: 'Add node' }).click();
    await heading('machine-1');
    machineId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await page.getByText('The machine did not let Portico in').waitFor();
    await inspect('node-not-let-in');
    await page.getByRole('button', { name: 'Try again' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Private key' }).fill('-----BEGIN PRIVATE KEY-----\nnonsense');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByText('This is no private key that can be read').waitFor();
    await inspect('retry-enrolment');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('make a command that is shown once, and see the machine that used it', async () => {
    await go('/admin/nodes/new?by=command');
    await page.getByLabel('Name').fill('machine-2');
    await page.getByRole('button', { name: 'Make the command' }).click();
    const command = await page.getByRole('region', { name: 'command that enrols the machine' }).innerText();
    const token = /PORTICO_TOKEN=(\S+)/.exec(command)?.[1] ?? '';
    expect(token).toMatch(/^pnt_/);
    await page.getByText('Waiting for the machine to report.').waitFor();
    await inspect('bootstrap-command');
    const enrolled = await context.request.post(`${portal.url}/api/v1/nodes/enroll`, {
      headers: { origin: portal.url },
      data: { token, hostname: 'machine-2.example', address: '127.0.0.1', ssh_port: 9, host_key: HOST_KEY },
    });
    expect(await enrolled.text()).toContain('public_key');
    await page.getByText('machine-2 has reported').waitFor();
    await page.getByRole('link', { name: 'Open the node' }).click();
    await heading('machine-2');
    await page.goBack();
    await page.getByRole('button', { name: 'Make the command' }).waitFor();
    expect(await page.content()).not.toContain(token);
  });

  test('read what a probe found, with what mends it', async () => {
    const id = machineId === '' ? simulatedId : machineId;
    await page.route(`**/api/v1/admin/nodes/${id}`, async route => {
      const reply = await route.fetch();
      const node = (await reply.json()) as object;
      await route.fulfill({ json: { ...node, origin: 'administrator', runtime: 'ssh', verdict: lookedAtVerdict } });
    });
    await go(`/admin/nodes/${id}/probe`);
    await page.getByText('2 checks failed, so it takes no work').waitFor();
    await page.getByRole('group', { name: /mends GPUs for containers/ }).waitFor();
    await inspect('node-probe-failed');
  });

  test('look at a map that is proposed, change it and are asked before it is approved', async () => {
    const id = machineId === '' ? simulatedId : machineId;
    const map = lookedAtMap(id);
    await page.route(`**/api/v1/admin/nodes/${id}/slot-maps?*`, route =>
      route.fulfill({ json: { items: [map], next_cursor: null } }),
    );
    await page.route(`**/api/v1/admin/nodes/${id}/slot-maps/*`, route => route.fulfill({ json: map }));
    await page.route(`**/api/v1/admin/nodes/${id}/slot-maps`, route =>
      route.fulfill({ json: { items: [map], next_cursor: null } }),
    );
    await go(`/admin/nodes/${id}/slots?map=${map.slot_map_id}`);
    await page.getByText('Slots share the NUMA domain').waitFor();
    await inspect('node-slots-candidate');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByLabel('What becomes of GPU 0').selectOption('2');
    await page.getByText('Parts take turns').waitFor();
    await inspect('node-slots-change');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByRole('alertdialog').getByText('Slots that allocations hold stay theirs.').waitFor();
    await inspect('node-slots-approve');
    await page.keyboard.press('Escape');
  });

  test('make sure of a slot that is blocked, by their word where the node cannot be asked', async () => {
    portal.alter(
      `UPDATE fleet_slots SET status = 'cleanup_blocked', blocked_kind = 'unproven', blocked_reason = 'A process would not end.', ` +
        `blocked_at = 1772355600000 WHERE node_id = '${simulatedId}' AND gpu_index = 5`,
    );
    await go(`/admin/nodes/${simulatedId}/slots`);
    const panel = page.getByRole('table', { name: 'Blocked slots' });
    await panel.getByText('A process would not end.').waitFor();
    await inspect('node-slots-blocked');
    await panel.getByRole('button', { name: 'Clean up GPU 5' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'I vouch for it' }).check();
    await dialog.getByRole('button', { name: 'Vouch for it' }).click();
    await dialog.getByText('Give a reason.').waitFor();
    await dialog.getByLabel('Reason').fill('Looked at it with ps, and nothing is left');
    await inspect('clean-up-slot');
    await dialog.getByRole('button', { name: 'Vouch for it' }).click();
    await page.getByText('GPU 5 is free again.').waitFor();
    await panel.waitFor({ state: 'detached' });
  });

  test('compare two host keys before they accept one', async () => {
    const id = machineId === '' ? simulatedId : machineId;
    const key = (letter: string) => ({ type: 'ssh-ed25519', fingerprint: `SHA256:${letter.repeat(43)}` });
    await page.route(`**/api/v1/admin/nodes/${id}`, async route => {
      const node = (await (await route.fetch()).json()) as object;
      const keys = { host_key: key('a'), changed_host_key: key('b') };
      await route.fulfill({ json: { ...node, origin: 'administrator', ...keys } });
    });
    await go(`/admin/nodes/${id}/settings`);
    await page.getByText('It shows another host key').waitFor();
    await page.getByRole('button', { name: 'Accept it' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText(key('a').fingerprint, { exact: true }).waitFor();
    await dialog.getByText(key('b').fingerprint, { exact: true }).waitFor();
    await inspect('accept-host-key');
    await page.keyboard.press('Escape');
  });

  test('drain a node, knowing what that means, and take it back', async () => {
    await go(`/admin/nodes/${simulatedId}/settings`);
    await page.getByRole('button', { name: 'Drain node' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 allocation could be launched again elsewhere now').waitFor();
    await dialog.getByText(/trainer/).waitFor();
    await dialog.getByLabel('Reason').fill('New power supply on Thursday');
    await inspect('drain-node');
    await dialog.getByRole('button', { name: 'Drain node' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('It takes no new work', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Let it take work again' }).click();
    await page.getByText(/takes work again\./).waitFor();
  });

  test('are not let delete a node somebody runs on, and see who that is', async () => {
    // What the configuration lists cannot be deleted at all, so this one is said to be somebody's.
    portal.alter(`UPDATE fleet_nodes SET origin = 'administrator' WHERE node_id = '${simulatedId}'`);
    await go(`/admin/nodes/${simulatedId}/settings`);
    await page.getByText('trainer of @grace').waitFor();
    await inspect('node-settings-in-use');
    const name = (await page.getByRole('heading', { level: 1 }).innerText()).trim();
    await page.getByRole('button', { name: 'Delete node' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByLabel(`Type ${name} to confirm`).fill(name);
    await dialog.getByRole('button', { name: 'Delete node' }).click();
    await dialog.getByText('It is in use: trainer of @grace.').waitFor();
    await inspect('node-delete-refused');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await go(`/admin/nodes/${simulatedId}`);
    await page.getByRole('link', { name: 'trainer' }).waitFor();
    await inspect('node-overview');
  });

  withSshd('change a node in place, and take it out when nobody runs on it', async () => {
    await go(`/admin/nodes/${machineId}/settings`);
    await page.getByLabel('Region').fill('north');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('machine-1 was changed.').waitFor();
    await page.getByRole('button', { name: 'Delete node' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByLabel('Type machine-1 to confirm').fill('machine-1');
    await dialog.getByRole('button', { name: 'Delete node' }).click();
    await heading('Nodes');
    await page.getByText('machine-1 is not part of the platform any more.').waitFor();
    expect(await page.getByRole('table').getByText('machine-1').count()).toBe(0);
  });

  test('ask what would fit, and what if a node were drained', async () => {
    await go('/admin/placement');
    await page.getByRole('spinbutton', { name: 'GPUs' }).fill('8');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByText('It fits', { exact: true }).waitFor();
    await inspect('placement-fits');
    await page.getByRole('spinbutton', { name: 'Copies' }).fill('40');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByText('Not all 40 fit').waitFor();
    await inspect('placement-does-not-fit');
  });

  test('and nothing broke on the way', async () => {
    await page.close();
    expect(faults).toEqual([]);
  });
});
