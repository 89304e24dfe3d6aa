import { waitFor } from '@portico/plugin-kit/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signInAsAdministrator, signUp } from './api-session';
import { codeOf, stepNow } from './authenticator-app';
import { collectFaults, openChromium } from './chromium';
import { inspectThemes } from './inspection';
import { PROOFS_GROW_OLD, startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(120_000);

const passwords = { first: 'seven green boats at noon', second: 'a quiet harbour in winter' } as const;
describe('one’s own account', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let administrator: BrowserContext;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];
  let secret: string;
  let lastStep = 0;
  let recoveryCode: string;

  beforeAll(async () => {
    portal = await startPortalProcess();
    browser = await openChromium();
    administrator = await browser.newContext();
    await signInAsAdministrator(administrator, portal);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    faults = collectFaults(page);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  const go = (where: string, to = page) => to.goto(portal.url + where);
  const field = (label: string, to = page) => to.getByLabel(label, { exact: true });
  const press = (name: string, to = page) => to.getByRole('button', { name, exact: true }).click();
  const dialog = (name: string) => page.getByRole('dialog', { name });
  async function signIn(password: string, to = page): Promise<void> {
    await field('User name', to).fill('ada');
    await field('Password', to).fill(password);
    await press('Sign in', to);
  }
  async function signOut(): Promise<void> {
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/\/login/);
  }
  /** Each code is good once, and one step early or late: the oldest that was not used, so that three follow each other without a wait. */
  async function nextCode(): Promise<string> {
    await waitFor(() => lastStep < stepNow() + 1, 'a step of time whose code was not used');
    lastStep = Math.max(stepNow() - 1, lastStep + 1);
    return codeOf(secret, lastStep);
  }
  /** The newest link of mail to somebody: there is no mail server here, so an administrator reads it. */
  async function linkTo(where: string): Promise<string> {
    let found: string | undefined;
    await waitFor(async () => {
      const reply = await administrator.request.get(`${portal.url}/api/v1/admin/messages`);
      const { items } = (await reply.json()) as { items: { to: string; text: string | null }[] };
      const text = items.find(message => message.to === 'ada@example.com' && message.text?.includes(`${where}#`))?.text;
      found = text?.match(/https?:\/\/\S+#[0-9a-f]{64}/)?.[0];
      return found !== undefined;
    }, `a message with a link to ${where}`);
    return found ?? '';
  }
  const inspect = (what: string) => inspectThemes(page, `account-${what.replaceAll(' ', '-')}`);

  test('an account is made with an e-mail address, which the link sent there confirms', async () => {
    await go('/login?next=%2Faccount%2Fprofile');
    await page.getByRole('radio', { name: 'Create account' }).check({ force: true });
    await field('User name').fill('ada');
    await page.getByLabel('E-mail (optional)').fill('ada@example.com');
    await field('Password').fill('password12');
    await page.locator('.password-weak').waitFor();
    await press('Create account');
    await page.locator('.pt-field-error').waitFor();
    // What is refused is put right where it was typed; the rest is still there.
    expect(await page.getByLabel('E-mail (optional)').inputValue()).toBe('ada@example.com');
    await field('Password').fill(passwords.first);
    await page.locator('.password-good, .password-strong').waitFor();
    await press('Show password');
    expect(await field('Password').getAttribute('type')).toBe('text');
    await press('Create account');

    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await page.getByText('Not confirmed').waitFor();
    await page.goto(await linkTo('/account/verify-email'));
    await press('Confirm address');
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor();
    expect(page.url()).toBe(`${portal.url}/account/verify-email`);
    await page.getByRole('link', { name: 'Go to your account' }).click();
    await page.getByText('Confirmed', { exact: true }).waitFor();
    await page.goto(`${portal.url}/account/verify-email#${'0'.repeat(64)}`);
    await press('Confirm address');
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
  });

  test('a forgotten password is set anew by a link, which ends the sessions there are', async () => {
    const visitor = await browser.newContext();
    const forgetful = await visitor.newPage();
    await go('/login', forgetful);
    await forgetful.getByRole('link', { name: 'Forgot password?' }).click();
    await forgetful.getByLabel('User name or e-mail').fill('ada@example.com');
    await press('Send the link', forgetful);
    await forgetful.getByRole('heading', { name: 'Look at your mail' }).waitFor();
    await forgetful.goto(await linkTo('/login/reset'));
    await forgetful.getByRole('heading', { name: 'Set a new password' }).waitFor();
    expect(forgetful.url()).toBe(`${portal.url}/login/reset`);
    await field('New password', forgetful).fill('aaaaaaaaaaaa');
    await press('Set password', forgetful);
    await forgetful.locator('.pt-field-error').waitFor();
    await field('New password', forgetful).fill(passwords.second);
    await press('Set password', forgetful);
    await forgetful.getByRole('heading', { name: 'Your password is set' }).waitFor();
    await forgetful.getByRole('link', { name: 'Sign in' }).click();
    await signIn(passwords.first, forgetful);
    await forgetful.getByRole('alert').waitFor();
    await signIn(passwords.second, forgetful);
    await forgetful.getByRole('heading', { name: /Hello|Billing/ }).waitFor();
    await visitor.close();

    await go('/account/profile');
    await page.waitForURL(/\/login\?next=%2Faccount%2Fprofile/);
    await signIn(passwords.second);
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
  });

  test('an authenticator app is set up, and signing in asks for its code', async () => {
    await go('/account/security');
    await press('Set up');
    await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    await inspect('setting up the app');
    secret = ((await page.locator('.account-secret').textContent()) ?? '').replaceAll(' ', '');
    await field('Code it shows now').fill('000000');
    await press('Turn on');
    await page.getByText('The code does not fit').waitFor();
    await field('Code it shows now').fill(await nextCode());
    await press('Turn on');
    const codes = dialog('Your recovery codes');
    await codes.waitFor();
    expect(await codes.getByRole('listitem').count()).toBe(10);
    await inspect('recovery codes');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      codes.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('recovery-codes.txt');
    recoveryCode = (await codes.getByRole('listitem').first().textContent()) ?? '';
    // Shown once, so a slip does not take them away.
    await page.keyboard.press('Escape');
    await press('I have stored them');
    await page.getByText('10 of 10 are left').waitFor();

    await signOut();
    await go('/login?next=%2Faccount%2Fsecurity');
    await signIn(passwords.second);
    await page.getByRole('heading', { name: 'Second step' }).waitFor();
    await inspect('second step');
    await press('Back');
    expect(await field('Password').inputValue()).toBe(passwords.second);
    await press('Sign in');
    await field('Code of your app').fill('000000');
    await press('Continue');
    await page.getByText(/This code is wrong/).waitFor();
    await field('Code of your app').fill(await nextCode());
    await press('Continue');
    await page.getByText('Signing in asks for a code of your app').waitFor();

    await signOut();
    await go('/login?next=%2Faccount%2Fsecurity');
    await signIn(passwords.second);
    await press('Use a recovery code');
    await field('Recovery code').fill(recoveryCode);
    await press('Continue');
    await page.getByText('9 of 10 are left').waitFor();
  });

  test('a passkey is added, renamed, signs in by itself, and is removed', async () => {
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await go('/account/security');
    await press('Add a passkey');
    await dialog('Add a passkey').getByLabel('Name').fill('Key of the test');
    await inspect('adding a passkey');
    await press('Continue');
    await page.getByRole('row', { name: /Key of the test/ }).waitFor();
    await press('Rename Key of the test');
    await dialog('Rename Key of the test').getByLabel('Name').fill('Key on the ring');
    await press('Rename');
    await page.getByRole('row', { name: /Key on the ring/ }).waitFor();

    // What the browser offers in the field: this one chooses it unasked.
    await signOut();
    await go('/login?next=%2Faccount%2Fsecurity');
    await page.getByRole('row', { name: /Key on the ring/ }).waitFor();

    // A browser that offers nothing there, and a device that at first lets nobody through, as when the person goes back.
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
    const setVerified = (isUserVerified: boolean) =>
      devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    await setVerified(false);
    await go('/account/security');
    await signOut();
    await press('Use a passkey');
    await page.getByText('No passkey was used').waitFor();
    await setVerified(true);
    await press('Use a passkey');
    await page.getByRole('row', { name: /Key on the ring/ }).waitFor();

    await signOut();
    await signIn(passwords.second);
    await press('Use your passkey');
    await page.getByRole('row', { name: /Key on the ring/ }).waitFor();

    await press('Remove Key on the ring');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Key on the ring was removed.').waitFor();
    await waitFor(
      async () => !(await page.getByRole('row', { name: /Key on the ring/ }).isVisible()),
      'the row is gone',
    );
    await devtools.send('WebAuthn.disable');
    await devtools.detach();
  });

  test('what is worth asking twice is asked in a dialog, and then done once; going back loses nothing', async () => {
    const sent: { key: string | undefined; status: number }[] = [];
    page.on('response', response => {
      if (response.request().method() === 'POST' && response.url().endsWith('/account/factors/recovery-codes'))
        sent.push({ key: response.request().headers()['idempotency-key'], status: response.status() });
    });
    portal.alter(PROOFS_GROW_OLD);
    await go('/account/profile');
    await press('Change e-mail');
    await field('New address').fill('ada@elsewhere.example');
    await press('Send the link');
    await dialog('Confirm that it is you').waitFor();
    await inspect('confirming');
    await dialog('Confirm that it is you').getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Confirm that it is you, then repeat').waitFor();
    expect(await field('New address').inputValue()).toBe('ada@elsewhere.example');

    await go('/account/security');
    await press('Make new codes');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Make new codes' }).click();
    await field('Code of your app').fill('000000');
    await press('Confirm');
    await page.getByText('This code is wrong or was used before.').waitFor();
    await field('Code of your app').fill(await nextCode());
    await press('Confirm');
    recoveryCode = (await dialog('Your recovery codes').getByRole('listitem').first().textContent()) ?? '';
    await press('I have stored them');
    await page.getByText('10 of 10 are left').waitFor();
    expect(sent.map(({ status }) => status)).toEqual([403, 201]);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
  });

  test('a session elsewhere is seen and ended, and what is open there is thrown out', async () => {
    const phone = await browser.newContext({
      userAgent:
        'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
    });
    const there = await phone.newPage();
    await go('/login?next=%2Fworkloads', there);
    await signIn(passwords.second, there);
    await press('Use a recovery code', there);
    await field('Recovery code', there).fill(recoveryCode);
    await press('Continue', there);
    await there.getByRole('heading', { name: 'Workloads' }).waitFor();

    await go('/account/sessions');
    const row = page.getByRole('row', { name: /Android/ });
    await row.getByRole('button', { name: 'Sign out' }).click();
    await inspect('ending a session');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByText(/Android.* was signed out/).waitFor();
    await there.waitForURL(/\/login\?next=%2Fworkloads/);
    await phone.close();
  });

  test('an organization that demands a second factor opens once there is one', async () => {
    await go('/access/organization');
    await page.getByRole('switch', { name: 'Require a second factor' }).click({ force: true });
    await press('Require it');
    await page.getByText('A second factor is required from now on.').waitFor();
    const me = (await (await context.request.get(`${portal.url}/api/v1/me`)).json()) as { csrf_token: string };
    const invited = await context.request.post(`${portal.url}/api/v1/invitations`, {
      data: { role: 'member' },
      headers: { origin: portal.url, 'x-csrf-token': me.csrf_token },
    });
    const { link } = (await invited.json()) as { link: string };

    const colleague = await browser.newContext({ reducedMotion: 'reduce', colorScheme: 'light' });
    await signUp(colleague, portal, 'bob');
    const theirs = await colleague.newPage();
    await theirs.goto(link);
    await press('Accept', theirs);
    await theirs.getByText('asks for a second factor').first().waitFor();
    await inspectThemes(theirs, 'account-demanded-factor');
    await theirs.getByRole('link', { name: 'Set up a second factor' }).click();
    await press('Set up', theirs);
    const theirSecret = ((await theirs.locator('.account-secret').textContent()) ?? '').replaceAll(' ', '');
    await field('Code it shows now', theirs).fill(codeOf(theirSecret, stepNow()));
    await press('Turn on', theirs);
    await press('I have stored them', theirs);
    await theirs.getByRole('link', { name: 'Workloads', exact: true }).click();
    await theirs.getByRole('heading', { name: 'Workloads' }).waitFor();
    await colleague.close();
  });

  test('no page threw, nor was refused anything by its content security policy', () => {
    expect(faults).toEqual([]);
  });
});
