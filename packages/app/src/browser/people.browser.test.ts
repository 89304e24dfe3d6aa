import { waitFor } from '@portico/plugin-kit/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { password, signUp } from './api-session';
import type { ApiSession } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectThemes, picture } from './inspection';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);

interface Me {
  organization: { name: string };
  organizations: { name: string; project_id: string }[];
  default_project: { project_id: string; name: string };
}

describe('people of an organization', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let owners: BrowserContext;
  let guests: BrowserContext;
  let api: ApiSession;
  let owner: Page;
  let guest: Page;
  let organization: string;
  const faults: string[] = [];

  beforeAll(async () => {
    portal = await startPortalProcess();
    browser = await openChromium();
    owners = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    guests = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    api = await signUp(owners, portal, 'ada');
    organization = (await api.get<Me>('me')).organization.name;
    owner = await owners.newPage();
    guest = await guests.newPage();
    for (const page of [owner, guest]) {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      const found = collectFaults(page);
      page.on('close', () => faults.push(...found));
    }
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  const go = (page: Page, where: string) => page.goto(portal.url + where);
  const launchLink = (page: Page) => page.getByRole('banner').getByRole('link', { name: 'Launch' });
  /** An invitation by link, as the owner makes one. */
  async function invite(role: RegExp): Promise<string> {
    await go(owner, '/access/team');
    await owner.getByRole('button', { name: 'Invite' }).click();
    const dialog = owner.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'By link only' }).check();
    await dialog.getByRole('radio', { name: role }).check();
    await inspectThemes(owner, 'people-invite');
    await dialog.getByRole('button', { name: 'Make link' }).click();
    const link = (await dialog.getByRole('region', { name: 'invitation link' }).textContent()) ?? '';
    await picture(owner, 'people-issued');
    await dialog.getByRole('button', { name: 'Done' }).click();
    await owner.getByRole('row', { name: /Whoever has the link.*Open/ }).waitFor();
    expect(link).toContain('/invitations#');
    return link;
  }

  test('an owner invites by link; somebody without an account makes one through it and is in', async () => {
    const link = await invite(/Member/);
    await guest.goto(link);
    await guest.getByRole('heading', { name: `Join ${organization}` }).waitFor();
    expect(new URL(guest.url()).hash).toBe('');
    await inspectThemes(guest, 'people-invitation');
    await guest.getByRole('button', { name: 'Create an account' }).click();
    await guest.getByLabel('User name').fill('grace');
    await guest.getByLabel('Password', { exact: true }).fill(password);
    await guest.getByRole('button', { name: 'Create account' }).click();
    await guest.getByText(`You belong to ${organization} now.`).waitFor();
    await waitFor(
      async () =>
        (await guest.getByLabel('Organization', { exact: true }).locator('option:checked').textContent()) ===
        organization,
      'the tab works in the organization',
    );
    expect(new URL(guest.url()).pathname).toBe('/');
    await launchLink(guest).waitFor();
    await picture(guest, 'people-arrived');
    await owner.getByRole('row', { name: /grace.*Member/ }).waitFor();
  });

  test('the same link is good once, and says so', async () => {
    const link = await invite(/Viewer/);
    const accepted = await guest.context().newPage();
    await accepted.goto(link);
    await accepted.getByText('You are signed in as').waitFor();
    await accepted.getByRole('button', { name: 'Accept' }).click();
    await accepted.getByText('You belong to this organization already').waitFor();
    await accepted.close();
    const revoke = owner.getByRole('button', { name: /Revoke the invitation/ });
    await revoke.first().click();
    await owner.getByRole('button', { name: 'Revoke invitation' }).click();
    await owner.getByText('The invitation was revoked.').waitFor();
    // What ended is history: one press away, and in the address.
    const revoked = owner.getByRole('row', { name: /Whoever has the link.*Revoked/ });
    await owner.getByRole('row', { name: /Whoever has the link.*Open/ }).waitFor({ state: 'detached' });
    expect(await revoked.count()).toBe(0);
    await owner.getByRole('radio', { name: 'All' }).check();
    await revoked.waitFor();
    expect(new URL(owner.url()).search).toBe('?invitations=all');
    const visitor = await (await browser.newContext()).newPage();
    await visitor.goto(link);
    await visitor.getByRole('heading', { name: 'This invitation was taken back' }).waitFor();
    await inspectThemes(visitor, 'people-taken-back');
    await visitor.context().close();
  });

  test('a role that is changed counts at once, without a reload', async () => {
    await go(owner, '/access/team');
    await owner.getByRole('link', { name: /grace/ }).click();
    await owner.getByRole('heading', { name: 'grace', level: 1 }).waitFor();
    await picture(owner, 'people-member');
    await owner.getByRole('button', { name: 'Change role' }).click();
    await owner.getByRole('radio', { name: /Viewer/ }).check();
    await inspectThemes(owner, 'people-change-role');
    await owner.getByRole('dialog').getByRole('button', { name: 'Change role' }).click();
    await owner.getByText('grace is a viewer now.').waitFor();
    await launchLink(guest).waitFor({ state: 'detached' });
    await go(guest, '/workloads');
    await guest.getByText('workloads.allocation.launch').waitFor();
    await go(guest, '/access/team');
    await guest.getByText('access.member.manage').waitFor();
  });

  test('a role in one project adds to it there', async () => {
    const project = (await api.get<Me>('me')).default_project;
    await go(owner, `/access/projects/${project.project_id}/members`);
    await owner.getByRole('button', { name: 'Give a role' }).click();
    const dialog = owner.getByRole('dialog');
    await dialog.getByLabel('Person').selectOption({ label: 'grace (@grace)' });
    await dialog.getByRole('radio', { name: /Member/ }).check();
    await dialog.getByRole('button', { name: 'Give role' }).click();
    await owner.getByRole('row', { name: /grace.*Member.*Viewer/ }).waitFor();
    await inspectThemes(owner, 'people-project-members');
    await launchLink(guest).waitFor();
  });

  test('whoever is removed is moved out, and told so', async () => {
    await go(guest, '/access/team');
    await guest.getByRole('row', { name: /ada/ }).waitFor();
    await go(owner, '/access/team');
    await owner.getByRole('button', { name: 'Actions on grace' }).click();
    await owner.getByRole('menuitem', { name: 'Remove from the organization' }).click();
    await picture(owner, 'people-remove');
    await owner.getByRole('button', { name: 'Remove', exact: true }).click();
    await owner.getByText(`grace no longer belongs to ${organization}.`).waitFor();
    await guest.getByText(`You no longer belong to ${organization}.`).waitFor();
    await guest.getByRole('row', { name: /grace.*Owner/ }).waitFor();
    expect(await guest.getByLabel('Organization', { exact: true }).count()).toBe(0);
    await picture(guest, 'people-moved-out');
  });

  test('a further organization, and the way between them; what another tab does changes nothing here', async () => {
    await go(owner, '/');
    await owner.getByRole('button', { name: 'Account of ada' }).click();
    await picture(owner, 'people-account-menu');
    await owner.getByRole('menuitem', { name: 'New organization' }).click();
    await owner.getByLabel('Name').fill('Analytical Engines');
    await owner.getByRole('button', { name: 'Create organization' }).click();
    await owner.getByText('Analytical Engines was created.').waitFor();
    const chosen = (page: Page) =>
      page.getByLabel('Organization', { exact: true }).locator('option:checked').textContent();
    await waitFor(async () => (await chosen(owner)) === 'Analytical Engines', 'the tab works in the new one');

    const other = await owners.newPage();
    await go(other, '/access/organization');
    await other.getByRole('heading', { name: organization, level: 1 }).waitFor();
    await go(owner, '/access/organization');
    await owner.getByRole('heading', { name: 'Analytical Engines', level: 1 }).waitFor();
    await owner.getByLabel('Organization', { exact: true }).selectOption({ label: organization });
    await owner.getByRole('heading', { name: organization, level: 1 }).waitFor();
    await owner.getByLabel('Organization', { exact: true }).selectOption({ label: 'Analytical Engines' });
    await owner.getByRole('heading', { name: 'Analytical Engines', level: 1 }).waitFor();
    await other.getByText(/Another tab works in .* of Analytical Engines now/).waitFor();
    expect(await chosen(other)).toBe(organization);
    await other.getByRole('heading', { name: organization, level: 1 }).waitFor();
    await other.close();
  });

  test('a project that is deleted elsewhere moves the tab to the default one; a page of another project gives way to its list', async () => {
    const { body } = await api.post('projects', { name: 'Short lived' });
    const { project_id: id } = body as { project_id: string };
    const page = await owners.newPage();
    await go(page, `/access/projects/${id}`);
    await page.getByRole('heading', { name: 'Short lived' }).waitFor();
    await page.getByLabel('Project', { exact: true }).selectOption({ label: 'Short lived' });
    await page.getByText('Active now').waitFor();
    // A project of the same organization: its page stays.
    expect(new URL(page.url()).pathname).toBe(`/access/projects/${id}`);
    await page.getByLabel('Organization', { exact: true }).selectOption({ label: 'Analytical Engines' });
    await page.getByText(`That project belongs to ${organization}.`).waitFor();
    expect(new URL(page.url()).pathname).toBe('/access/projects');
    await page.getByLabel('Organization', { exact: true }).selectOption({ label: organization });
    await waitFor(
      async () => (await page.getByLabel('Project', { exact: true }).locator('option').count()) === 2,
      'both projects can be chosen',
    );
    await page.getByLabel('Project', { exact: true }).selectOption({ label: 'Short lived' });
    const deleted = await owners.request.delete(`${portal.url}/api/v1/projects/${id}`, {
      headers: {
        origin: portal.url,
        'x-csrf-token': (await api.get<{ csrf_token: string }>('me')).csrf_token,
      },
    });
    expect(deleted.status()).toBe(204);
    await page.getByText('Short lived was deleted, or is no longer open to you.').waitFor();
    await waitFor(
      async () => (await page.getByLabel('Project', { exact: true }).locator('option').count()) === 1,
      'the deleted one cannot be chosen',
    );
    await page.close();
  });

  test('departments appear with the second one', async () => {
    await go(owner, '/access/projects');
    await owner.getByRole('row', { name: /Default/ }).waitFor();
    expect(await owner.getByLabel('Department', { exact: true }).count()).toBe(0);
    await go(owner, '/access/organization');
    await owner.getByRole('button', { name: 'Create a second department' }).click();
    await owner.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Research');
    await owner.getByRole('dialog').getByRole('button', { name: 'Create department' }).click();
    await owner.getByRole('row', { name: /Research/ }).waitFor();
    await inspectThemes(owner, 'people-organization');
    await go(owner, '/access/projects');
    await owner.getByLabel('Department', { exact: true }).selectOption({ label: 'Research' });
    await owner.getByText('Nothing matches').waitFor();
  });

  test('an owner hands the organization over by typing its name', async () => {
    const link = await invite(/Admin/);
    await guest.goto(link);
    await guest.getByRole('button', { name: 'Accept' }).click();
    await guest.getByText('You belong to Analytical Engines now.').waitFor();
    await go(owner, '/access/organization');
    await owner.getByRole('button', { name: 'Transfer' }).click();
    const dialog = owner.getByRole('alertdialog');
    await dialog.getByLabel('New owner').selectOption({ label: 'grace (Admin)' });
    await dialog.getByLabel(/Type Analytical Engines/).fill('Analytical Engines');
    await picture(owner, 'people-transfer');
    await dialog.getByRole('button', { name: 'Transfer' }).click();
    await owner.getByText('grace owns Analytical Engines now.').waitFor();
    await owner.getByRole('button', { name: 'Transfer' }).waitFor({ state: 'detached' });
    await owner.getByRole('button', { name: 'Leave' }).click();
    await owner.getByLabel(/Type Analytical Engines/).fill('Analytical Engines');
    await owner.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click();
    await owner.getByText('You have left Analytical Engines.').waitFor();
    expect(await owner.getByLabel('Organization', { exact: true }).count()).toBe(0);
  });

  test('nothing was thrown on the way', async () => {
    await owner.close();
    await guest.close();
    expect(faults).toEqual([]);
  });
});
