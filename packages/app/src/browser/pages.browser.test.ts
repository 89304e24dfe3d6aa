import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  allAuditLogsPage,
  apiKeysPage,
  auditLogsPage,
  everyonesApiKeysPage,
  forgotPasswordPage,
  invitationPage,
  memberPage,
  organizationPage,
  platformPoliciesPage,
  policiesPage,
  profilePage,
  projectPage,
  projectsPage,
  resetPasswordPage,
  securityPage,
  serviceAccountPage,
  serviceAccountsPage,
  sessionsPage,
  signInCallbackPage,
  signInPage,
  sshKeysPage,
  supportPage,
  teamPage,
  verifyEmailPage,
  userPage,
  usersPage,
} from '@portico/plugin-access/ui';
import {
  addFundsPage,
  adminDisputesPage,
  adminInvoicePage,
  adminInvoicesPage,
  adminLedgerPage,
  adminRefundPage,
  adminRefundsPage,
  adminVouchersPage,
  balanceBanner,
  billingPage,
  budgetsPage,
  costsPage,
  invoicePage,
  invoicesPage,
  ledgerPage,
  paymentReturnPage,
  paymentSessionPage,
  paymentSessionsPage,
  paymentsPage,
  testCheckoutPage,
  usagePage,
} from '@portico/plugin-billing/ui';
import {
  adminOsImagePage,
  adminOsImagesPage,
  adminSkuPage,
  adminSkusPage,
  catalogPage,
  launchPage,
} from '@portico/plugin-catalog/ui';
import {
  addNodePage,
  nodePage,
  nodeProbePage,
  nodeSettingsPage,
  nodesPage,
  nodeSlotsPage,
  placementPage,
} from '@portico/plugin-fleet/ui';
import type { OperationShape } from '@portico/plugin-kit/contract';
import type { PageDefinition, PageStateName } from '@portico/plugin-kit/ui';
import { inParallel } from '@portico/plugin-kit/backend';
import { waitFor } from '@portico/plugin-kit/testing';
import { adminAllocationsPage, taskPage, workloadPage, workloadsPage } from '@portico/plugin-workloads/ui';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { home } from '../home/home-definition';
import { shellPage } from '../shell/shell-page';
import { signInAsAdministrator, signUp } from './api-session';
import { collectFaults, openChromium } from './chromium';
import { inspectEverywhere, viewports } from './inspection';
import { issueInvoice } from './issued-invoice';
import { startPortalProcess } from './portal-process';
import type { PortalProcess } from './portal-process';

jest.setTimeout(900_000);

/** Each is a tab of its own, most of whose time is waiting. */
const PAGES_AT_ONCE = 4;

/** Every page, and the heading it must show. Parameters are filled in once there is something to show. */
const pages: readonly { page: PageDefinition; heading: RegExp; by?: 'administrator' }[] = [
  { page: home, heading: /Hello/ },
  { page: catalogPage, heading: /Catalog/ },
  { page: launchPage, heading: /Launch/ },
  { page: workloadsPage, heading: /Workloads/ },
  { page: workloadPage, heading: /trainer/ },
  { page: taskPage, heading: /Launch of trainer/ },
  { page: billingPage, heading: /Billing/ },
  { page: addFundsPage, heading: /Add funds/ },
  { page: paymentReturnPage, heading: /Your payment/ },
  { page: testCheckoutPage, heading: /Test checkout/ },
  { page: usagePage, heading: /Billing/ },
  { page: costsPage, heading: /Billing/ },
  { page: budgetsPage, heading: /Billing/ },
  { page: paymentsPage, heading: /Billing/ },
  { page: invoicesPage, heading: /Billing/ },
  { page: invoicePage, heading: /Invoice INV-/ },
  { page: ledgerPage, heading: /Billing/ },
  { page: sshKeysPage, heading: /SSH keys/ },
  { page: apiKeysPage, heading: /API keys/ },
  { page: everyonesApiKeysPage, heading: /API keys/ },
  { page: serviceAccountsPage, heading: /Service accounts/ },
  { page: serviceAccountPage, heading: /deployer/ },
  { page: projectsPage, heading: /Projects/ },
  { page: projectPage, heading: /Default/ },
  { page: teamPage, heading: /Team/ },
  { page: memberPage, heading: /grace/ },
  { page: organizationPage, heading: /grace/ },
  { page: invitationPage, heading: /Join grace/ },
  { page: policiesPage, heading: /Policies/ },
  { page: platformPoliciesPage, heading: /Policies of the platform/, by: 'administrator' },
  { page: profilePage, heading: /Your account/ },
  { page: securityPage, heading: /Your account/ },
  { page: sessionsPage, heading: /Your account/ },
  { page: adminAllocationsPage, heading: /Allocations/, by: 'administrator' },
  { page: adminSkusPage, heading: /SKUs/, by: 'administrator' },
  { page: adminSkuPage, heading: /H200/, by: 'administrator' },
  { page: adminOsImagesPage, heading: /OS images/, by: 'administrator' },
  { page: adminOsImagePage, heading: /Portico base/, by: 'administrator' },
  { page: nodesPage, heading: /Nodes/, by: 'administrator' },
  { page: addNodePage, heading: /Add a node/, by: 'administrator' },
  { page: nodePage, heading: /node/i, by: 'administrator' },
  { page: nodeProbePage, heading: /node/i, by: 'administrator' },
  { page: nodeSlotsPage, heading: /node/i, by: 'administrator' },
  { page: nodeSettingsPage, heading: /node/i, by: 'administrator' },
  { page: placementPage, heading: /Would it fit/, by: 'administrator' },
  { page: usersPage, heading: /Users/, by: 'administrator' },
  { page: userPage, heading: /grace/, by: 'administrator' },
  { page: supportPage, heading: /Support/, by: 'administrator' },
  { page: paymentSessionsPage, heading: /Payments/, by: 'administrator' },
  { page: paymentSessionPage, heading: /Payment/, by: 'administrator' },
  { page: adminDisputesPage, heading: /Disputes/, by: 'administrator' },
  { page: adminRefundsPage, heading: /Refunds/, by: 'administrator' },
  { page: adminRefundPage, heading: /Refund/, by: 'administrator' },
  { page: adminVouchersPage, heading: /Vouchers/, by: 'administrator' },
  { page: adminInvoicesPage, heading: /Invoices/, by: 'administrator' },
  { page: adminInvoicePage, heading: /Invoice INV-/, by: 'administrator' },
  { page: adminLedgerPage, heading: /Ledger/, by: 'administrator' },
  { page: auditLogsPage, heading: /Audit log/ },
  { page: allAuditLogsPage, heading: /Audit log/, by: 'administrator' },
];

/** Pages for whoever has not signed in, with what their links carry: the tokens lead nowhere. */
const openPages: readonly { page: PageDefinition; carries: string; heading: RegExp }[] = [
  { page: forgotPasswordPage, carries: '', heading: /Forgot your password/ },
  { page: resetPasswordPage, carries: `#${'0'.repeat(64)}`, heading: /Set a new password/ },
  { page: verifyEmailPage, carries: `#${'0'.repeat(64)}`, heading: /Confirm your address/ },
  { page: signInCallbackPage, carries: '?error=access_denied', heading: /You did not sign in/ },
];

/** How a reply brings a page into a state, and what then must be on it. */
const staged: Record<
  Exclude<PageStateName, 'success'>,
  { reply: { status: number; body: object; headers?: Record<string, string> } | 'never'; shows: RegExp }
> = {
  loading: { reply: 'never', shows: /Loading/ },
  empty: { reply: { status: 200, body: { items: [], next_cursor: null } }, shows: /yet|empty|nothing to launch/i },
  error: {
    reply: { status: 500, body: envelope('internal_error', 'Something broke on our side.') },
    shows: /could not be loaded|broke on our side/,
  },
  restricted: {
    reply: {
      status: 403,
      body: envelope('permission_denied', 'You do not have the permission for this.', {
        permission: 'some.permission',
      }),
    },
    shows: /do not have access/,
  },
  rate_limited: {
    reply: { status: 429, body: envelope('rate_limited', 'Too many requests.'), headers: { 'retry-after': '42' } },
    shows: /try again in/i,
  },
};

const repository = path.resolve(__dirname, '../../../..');
const sources = ['plugins/*/src/ui/**/*.{ts,tsx}', 'packages/app/src/**/*.{ts,tsx}'];
/** Names of all pages there are, as the sources define them. What has no address of its own is part of other pages. */
function definedPages(): string[] {
  return globSync(sources, { cwd: repository }).flatMap(file => {
    const text = readFileSync(path.join(repository, file), 'utf8');
    const found = [...text.matchAll(/definePage\(\{\s*name: '([^']+)',\s*path: '([^']+)'/g)];
    if (found.length !== [...text.matchAll(/= definePage\(/g)].length)
      throw new Error(`${file} defines a page in another way than by its name and path`);
    return found.flatMap(([, name = '', where]) => (where === '*' ? [] : [name]));
  });
}

const money = (amount: string) => ({ amount, currency: 'USD', scale: 6 });

function envelope(code: string, message: string, details: object = {}) {
  return { code, message, correlation_id: 'corr_test', details };
}

function matches(operation: OperationShape, method: string, pathname: string): boolean {
  const pattern = `^/api/v1/${operation.path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`;
  return operation.method === method && new RegExp(pattern).test(pathname);
}

/** What answers page by page, and so may have nothing to answer. */
function isList(operation: OperationShape): boolean {
  const reply = operation.responses[200] as { properties?: object } | null | undefined;
  return reply?.properties !== undefined && 'items' in reply.properties && 'next_cursor' in reply.properties;
}

describe('every page', () => {
  let portal: PortalProcess;
  let browser: Browser;
  let context: BrowserContext;
  let administrator: BrowserContext;
  const newPageFor = (definition: PageDefinition) =>
    (pages.find(({ page }) => page === definition)?.by === 'administrator' ? administrator : context).newPage();
  const ids: Record<string, string> = {};
  const idFor = (page: PageDefinition, name: string) => {
    const id = ids[page === testCheckoutPage ? 'openPaymentId' : name];
    if (id === undefined) throw new Error(`${page.name} needs a ${name} to show`);
    return id;
  };
  const addressOf = (page: PageDefinition) =>
    page.path.replace(/:(\w+)/g, (_, name: string) => idFor(page, name)) +
    (page === invitationPage ? `#${ids.invitationToken}` : '') +
    (page === paymentReturnPage ? `?payment_id=${ids.paymentId}` : '');

  beforeAll(async () => {
    portal = await startPortalProcess();
    browser = await openChromium();
    context = await browser.newContext();
    const api = await signUp(context, portal, 'grace');
    const me = await api.get<{
      user: { user_id: string };
      organization: { organization_id: string };
      default_project: { project_id: string };
    }>('me');
    ids.userId = me.user.user_id;
    ids.projectId = me.default_project.project_id;
    const invited = await api.post('invitations', { role: 'viewer' });
    expect(invited.status).toBe(201);
    ids.invitationToken = new URL((invited.body as { link: string }).link).hash.slice(1);
    const robot = await api.post('service-accounts', { name: 'deployer', role: 'member' });
    expect(robot.status).toBe(201);
    ids.serviceAccountId = (robot.body as { service_account_id: string }).service_account_id;
    const begin = async () => {
      const begun = await api.post('payments/checkout-session', { amount: money('25000000') });
      expect(begun.status).toBe(201);
      return (begun.body as { payment: { payment_id: string } }).payment.payment_id;
    };
    // One is paid, and some of it asked back; the other waits to be paid.
    ids.paymentId = await begin();
    expect((await api.post(`payments/test-checkout/${ids.paymentId}`, { outcome: 'paid' })).status).toBe(200);
    await waitFor(
      async () => (await api.get<{ status: string }>(`payments/${ids.paymentId}`)).status === 'completed',
      'the payment is completed',
    );
    const refund = { payment_id: ids.paymentId, amount: money('5000000'), reason: 'Paid too much' };
    const refunded = await api.post('billing/refunds', refund);
    expect(refunded.status).toBe(201);
    ids.refundId = (refunded.body as { refund_id: string }).refund_id;
    ids.openPaymentId = await begin();
    const catalogue = await api.get<{ items: { sku_id: string }[] }>('skus');
    ids.skuId = catalogue.items[0]?.sku_id ?? '';
    const images = await api.get<{ items: { image_id: string }[] }>('os-images');
    ids.imageId = images.items[0]?.image_id ?? '';
    administrator = await browser.newContext();
    await signInAsAdministrator(administrator, portal);
    ({ allocationId: ids.allocationId, taskId: ids.taskId } = await api.launch('trainer'));
    ids.nodeId = (await api.get<{ node_id: string }>(`allocations/${ids.allocationId}`)).node_id;
    ids.invoiceId = issueInvoice(portal, {
      organizationId: me.organization.organization_id,
      projectId: ids.projectId,
      skuId: ids.skuId,
    });
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });

  test('is looked at here', () => {
    const listed = [signInPage, ...[...pages, ...openPages].map(({ page }) => page)].map(({ name }) => name);
    expect(listed.toSorted()).toEqual(definedPages().toSorted());
  });

  /** A page is loaded once and looked at in all its shapes; meanwhile what it asks the server for is held against what it declares. */
  test('is accessible in both themes, fits both widths, breaks nothing and calls only what it declares', async () => {
    const failed: string[] = [];
    // One after the other: nothing moves in a tab behind another one, so that its colours never arrive.
    for (const { page, heading } of pages)
      await looksWell(page, heading).catch((error: unknown) => void failed.push(`${page.name}: ${String(error)}`));
    expect(failed).toEqual([]);
  });

  async function looksWell(definition: PageDefinition, heading: RegExp): Promise<void> {
    const page = await newPageFor(definition);
    const faults = collectFaults(page);
    const undeclared = collectUndeclared(page, definition);
    await page.setViewportSize(viewports.wide);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(`${portal.url}${addressOf(definition)}`);
    await page.getByRole('heading', { name: heading, level: 1 }).first().waitFor();
    await inspectSettled(page, definition.name);
    expect([...faults, ...undeclared]).toEqual([]);
    await page.close();
  }

  async function inspectSettled(page: Page, name: string): Promise<void> {
    await page.waitForLoadState('networkidle');
    await inspectEverywhere(page, name);
  }

  function collectUndeclared(page: Page, definition: PageDefinition): string[] {
    const allowed = [definition, shellPage, balanceBanner].flatMap(({ operations }) =>
      Object.values(operations as Record<string, OperationShape>),
    );
    const undeclared: string[] = [];
    page.on('request', request => {
      const { pathname } = new URL(request.url());
      if (!pathname.startsWith('/api/v1/') || pathname === '/api/v1/events') return;
      if (!allowed.some(operation => matches(operation, request.method(), pathname)))
        undeclared.push(`undeclared: ${request.method()} ${pathname}`);
    });
    return undeclared;
  }

  test('so is every page for whoever has not signed in', async () => {
    const visitor = await browser.newContext({ viewport: viewports.wide, reducedMotion: 'reduce' });
    const anonymous = await visitor.newPage();
    const faults = collectFaults(anonymous);
    await anonymous.goto(`${portal.url}/billing`);
    await anonymous.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(anonymous.url()).search).toBe('?next=%2Fbilling');
    await inspectSettled(anonymous, signInPage.name);
    for (const { page: definition, carries, heading } of openPages) {
      await anonymous.goto(`${portal.url}${definition.path}${carries}`);
      await anonymous.getByRole('heading', { name: heading, level: 1 }).waitFor();
      await waitFor(() => new URL(anonymous.url()).search + new URL(anonymous.url()).hash === '', 'a bare address');
      await inspectSettled(anonymous, definition.name);
    }
    expect(faults).toEqual([]);
    await visitor.close();
  });

  /** Pages wait for what is staged (an error shows after all attempts), so several wait at the same time. */
  test.each(Object.keys(staged) as (keyof typeof staged)[])('renders %s where it says so', async state => {
    const failed: string[] = [];
    const those = pages.filter(({ page }) => page.states.includes(state));
    await inParallel(those, { limit: PAGES_AT_ONCE }, ({ page }) =>
      renders(page, state).catch((error: unknown) => void failed.push(`${page.name}: ${String(error)}`)),
    );
    expect(failed).toEqual([]);
  });

  async function renders(definition: PageDefinition, state: keyof typeof staged): Promise<void> {
    const { reply, shows } = staged[state];
    const page = await newPageFor(definition);
    const operations = Object.values(definition.operations).filter(
      // What an invitation is for is read by a token, hence by POST.
      operation => operation.id !== 'getMe' && (operation.method === 'GET' || operation.id === 'previewInvitation'),
    );
    await page.route('**/api/v1/**', async route => {
      const request = route.request();
      const { pathname } = new URL(request.url());
      const operation = operations.find(candidate => matches(candidate, request.method(), pathname));
      if (operation === undefined || (state === 'empty' && !isList(operation))) return route.continue();
      if (reply === 'never') return undefined;
      return route.fulfill({
        status: reply.status,
        json: reply.body,
        ...(reply.headers === undefined ? {} : { headers: reply.headers }),
      });
    });
    await page.goto(`${portal.url}${addressOf(definition)}`);
    await page.getByText(shows).first().waitFor({ state: 'attached' });
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.close();
  }
});
