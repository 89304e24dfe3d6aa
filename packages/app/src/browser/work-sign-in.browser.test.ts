import { startTestIdentityProvider, TEST_CLIENT, waitFor } from '@portico/plugin-kit/testing';
import type { TestIdentityProvider } from '@portico/plugin-kit/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { password, signUp } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectThemes } from './inspection';
import { PROOFS_GROW_OLD, startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);

const organization = 'Analytical Engines';
const ann = { sub: 'ann', email: 'ann@acme.example', email_verified: true, preferred_username: 'ann' };
const adaThere = { sub: 'ada-at-acme', email: 'ada@acme.example', email_verified: true };

describe('signing in for work', () => {
  let portal: PortalProcess;
  let provider: TestIdentityProvider;
  let browser: Browser;
  let member: Page;
  let owner: Page;
  const faults: string[][] = [];

  beforeAll(async () => {
    portal = await startPortalProcess(async url => {
      provider = await startTestIdentityProvider(url);
      provider.hasPage = true;
      const settings = {
        ...TEST_CLIENT,
        id: 'acme',
        label: 'Acme',
        issuer: provider.issuer,
        allowInsecure: true,
        signUp: 'open',
        domains: ['acme.example'],
        memberships: [{ claim: 'groups', value: 'engines', organization: 'engines', role: 'member' }],
      };
      return { APP_CONFIG_access_oidc_providers: JSON.stringify([settings]) };
    });
    browser = await openChromium();
    const owners = await newContext();
    const api = await signUp(owners, portal, 'ada');
    expect((await api.patch('organization', { name: organization, slug: 'engines' })).status).toBe(200);
    owner = await openPage(owners);
    member = await openPage(await newContext());
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
    await provider?.close();
  });

  const newContext = () =>
    browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', colorScheme: 'light' });
  async function openPage(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    faults.push(collectFaults(page));
    return page;
  }
  const go = (page: Page, where: string) => page.goto(portal.url + where);
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).first().waitFor();
  async function answerProvider(page: Page, button: string): Promise<void> {
    await heading(page, 'Identity provider');
    expect(new URL(page.url()).origin).toBe(provider.issuer);
    await press(page, button);
  }
  async function confirmByPassword(page: Page): Promise<void> {
    const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await dialog.getByLabel('Password', { exact: true }).fill(password);
    await dialog.getByRole('button', { name: 'Confirm' }).click();
  }
  async function signOut(page: Page): Promise<void> {
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
  }

  test('an e-mail address leads to the provider, and its claims into the organization', async () => {
    provider.signsIn({ ...ann, groups: ['engines'] });
    await go(member, '/access/team');
    await member.waitForURL(/\/login\?next=%2Faccess%2Fteam/);
    await member.getByLabel('Work e-mail or organization').fill('someone@nowhere.example');
    await press(member, 'Continue');
    await member.getByText('No sign-in is known for this').waitFor();
    await member.getByLabel('Work e-mail or organization').fill(ann.email);
    await inspectThemes(member, 'work-sign-in');
    await press(member, 'Continue');
    await answerProvider(member, 'Sign in as ann');
    await heading(member, 'Team');
    expect(member.url()).toBe(`${portal.url}/access/team`);
    await member.getByLabel('Organization', { exact: true }).selectOption({ label: organization });
    await member.getByRole('row', { name: /ada.*Owner/ }).waitFor();
    await member.getByRole('row', { name: /ann.*Member/ }).waitFor();
  });

  test('what is worth asking twice is asked of the provider, by whom there is no password to ask for', async () => {
    portal.alter(PROOFS_GROW_OLD);
    await go(member, '/account/security');
    await press(member, 'Set up');
    const dialog = member.getByRole('dialog', { name: 'Confirm that it is you' });
    await dialog.getByRole('button', { name: 'Sign in again with Acme' }).waitFor();
    await inspectThemes(member, 'work-sign-in-again');
    await press(member, 'Sign in again with Acme');
    await answerProvider(member, 'Sign in as ann');
    await heading(member, 'Your account');
    await press(member, 'Set up');
    await member.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    await member.keyboard.press('Escape');
  });

  test('signing out ends the session at the provider too', async () => {
    await go(member, '/');
    await signOut(member);
    await press(member, 'Yes, sign me out');
    await member.waitForURL(`${portal.url}/login`);
    await press(member, 'Continue with Acme');
    await heading(member, 'Identity provider');
  });

  test('whoever is refused there, or comes back too late, is told so and may begin again', async () => {
    await answerProvider(member, 'Cancel');
    await heading(member, 'You did not sign in');
    expect(member.url()).toBe(`${portal.url}/login/callback`);
    await inspectThemes(member, 'work-refused');
    await member.getByRole('link', { name: 'Back to sign-in' }).click();
    await press(member, 'Continue with Acme');
    await heading(member, 'Identity provider');
    // As if ten minutes had passed on that page.
    portal.alter('UPDATE access_oidc_flows SET expires_at = 1');
    await answerProvider(member, 'Sign in as ann');
    await heading(member, 'This sign-in has expired');
    await inspectThemes(member, 'work-expired');
  });

  test('an identity that is linked to an account signs in to it', async () => {
    provider.signsIn(adaThere);
    await go(owner, '/account/security');
    await press(owner, 'Link Acme');
    await confirmByPassword(owner);
    await answerProvider(owner, 'Sign in as ada-at-acme');
    await owner.getByRole('row', { name: /Acme.*ada@acme\.example/ }).waitFor();
    await inspectThemes(owner, 'work-linked');
    // Opened by the password, hence ended here alone.
    await signOut(owner);
    await owner.waitForURL(/\/login/);
    await press(owner, 'Continue with Acme');
    await owner.getByRole('button', { name: 'Account of ada' }).waitFor();
  });

  test('an organization that demands the provider opens to no password, until one signs in that way', async () => {
    portal.alter(PROOFS_GROW_OLD);
    await go(owner, '/access/organization');
    await heading(owner, organization);
    await owner.getByLabel('Members sign in').selectOption({ label: 'Through Acme only' });
    await press(owner, 'Require it');
    await confirmByPassword(owner);
    await owner.getByText('Members sign in through Acme from now on.').waitFor();

    const elsewhere = await openPage(await newContext());
    await go(elsewhere, '/login?next=%2Fworkloads&with=personal');
    await elsewhere.getByLabel('User name', { exact: true }).fill('ada');
    await elsewhere.getByLabel('Password', { exact: true }).fill(password);
    await press(elsewhere, 'Sign in');
    await heading(elsewhere, organization);
    await elsewhere.getByText(`${organization} asks its members to sign in`).waitFor();
    await inspectThemes(elsewhere, 'work-demanded');
    await elsewhere.getByRole('link', { name: 'Sign in through the organization' }).click();
    await elsewhere.getByText('The organization asks its members').waitFor();
    await press(elsewhere, 'Continue with Acme');
    await answerProvider(elsewhere, 'Sign in as ada-at-acme');
    await heading(elsewhere, 'Workloads');
    expect(elsewhere.url()).toBe(`${portal.url}/workloads`);
    await waitFor(
      async () => !(await elsewhere.getByText(`${organization} asks its members to sign in`).isVisible()),
      'nothing is demanded any more',
    );
    await elsewhere.context().close();
  });

  test('no page threw, nor was refused anything by its content security policy', () => {
    expect(faults.flat()).toEqual([]);
  });
});
