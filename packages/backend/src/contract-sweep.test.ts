/**
 * Every operation of every contract against what clients send by mistake or on purpose, and against callers who must not. Operations join by being in the list of
 * contracts; one whose parameters this file does not know how to come by fails until it says so.
 */
import { errorSchema } from '@portico/plugin-kit/contract';
import type { OperationShape } from '@portico/plugin-kit/contract';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import type { SignedUp, TestBackend } from '@portico/plugin-kit/testing';
import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';
import { oneFitting, operations, requestParts, sample, sendRequest } from './testing/generated-requests';
import type { RequestParts } from './testing/generated-requests';
import { hostileValues, placesOf, withPlace } from './testing/schema-arbitrary';

const FITTING_RUNS = 3;
/** Of an operation and database. What reaches a database by mistake is one of few kinds, and each operation is asked on both. */
const HOSTILE_RUNS = 25;

/** What belongs to no organization: everyone signed in may name it. */
const EVERYONES = new Set(['sku_id', 'image_id', 'price_id', 'policy', 'role']);

const answering = operations.filter(operation => operation.streams !== 'text/event-stream');
const isEnvelope = new Ajv2020().compile(errorSchema);

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let backend: TestBackend;
  /** Owns one of everything. */
  let alice: SignedUp;
  /** Of another organization, with all that an owner there may do. */
  let bob: SignedUp;
  /** What alice owns, by the name of the parameter that would name it. */
  let owned: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    backend = await startTestBackend({ database });
    alice = await backend.signUp();
    bob = await backend.signUp();
    owned = await belongings(alice);
  }, 60_000);
  afterAll(async () => {
    await putAway();
    await backend?.stop();
  }, 60_000);

  async function belongings(owner: SignedUp): Promise<Record<string, string>> {
    const { token } = owner;
    const get = async (path: string) => (await backend.request('GET', path, { token })).body;
    const key = await backend.request('POST', 'ssh-keys', {
      token,
      body: {
        name: 'mine',
        public_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6dH0xBSUVjqDCxCPZ0rVGnJ1Sj9Wd0X7Hn3kB6Y9mQ mine',
      },
    });
    const apiKey = await backend.request('POST', 'api-keys', {
      token,
      body: { name: 'mine', scopes: ['access.ssh_key.read'] },
    });
    // An authenticator is beside the point here: what counts is whose it is.
    await backend.services.database.transaction(tx =>
      tx.run(
        `INSERT INTO access_passkeys (passkey_id, user_id, credential_id, public_key, counter, transports_json, is_backed_up, name, created_at)
         VALUES ('passkey_mine', ?, 'mine', 'none', 0, '[]', 0, 'mine', ?)`,
        [owner.userId, tx.now],
      ),
    );
    await backend.services.database.transaction(tx =>
      tx.run(
        `INSERT INTO access_identities (identity_id, provider, subject, user_id, created_at) VALUES ('ident_mine', 'gone', 'mine', ?, ?)`,
        [owner.userId, tx.now],
      ),
    );
    await backend.services.database.transaction(tx =>
      tx.run(
        `INSERT INTO workloads_batches (batch_id, organization_id, project_id, user_id, name, member_count, spread, task_id, created_at)
         VALUES ('batch_mine', ?, ?, ?, 'mine', 2, 0, 'task_mine', ?)`,
        [owner.organizationId, owner.projectId, owner.userId, tx.now],
      ),
    );
    await backend.services.database.transaction(tx =>
      tx.run(
        `INSERT INTO billing_refunds (refund_id, organization_id, department_id, project_id, amount_micros, currency, status, outcome_text, made_by, reason, correlation_id, requested_at)
         VALUES ('refund_mine', ?, 'dept_mine', ?, 1000000, 'USD', 'rejected', 'It was declined.', 'customer', 'mine', 'corr_mine', ?)`,
        [owner.organizationId, owner.projectId, tx.now],
      ),
    );
    const robot = await backend.request('POST', 'service-accounts', { token, body: { name: 'mine', role: 'viewer' } });
    const robotPath = `service-accounts/${String(robot.body.service_account_id)}`;
    const robotKey = await backend.request('POST', `${robotPath}/keys`, {
      token,
      body: { name: 'mine', scopes: ['access.project.read'] },
    });
    const invited = await backend.request('POST', 'invitations', { token, body: { role: 'viewer' } });
    const session = (await get('account/sessions')).items?.[0];
    const department = (await get('departments')).items?.[0];
    const sku = (await get('skus')).items?.find(item => item.availability === 'available');
    const image = (await get('os-images')).items?.[0];
    const entry = (await get('billing/ledger')).items?.[0];
    const launched = await backend.request('POST', 'allocations', {
      token,
      body: { name: 'mine', sku_id: sku?.sku_id, gpu_count: 1, image_id: image?.image_id },
      headers: { 'idempotency-key': 'belongings' },
    });
    if (launched.status !== 202) throw new Error(`launching answered ${launched.status}: ${launched.text}`);
    const allocation = launched.body.allocation as Record<string, string>;
    await backend.services.database.transaction(tx =>
      tx.run(
        `INSERT INTO workloads_recordings (recording_id, connection_id, connection, allocation_id, organization_id, project_id, user_id,
           terminal_columns, terminal_rows, started_at, last_event_at, size_bytes, is_truncated, is_incomplete)
         VALUES ('rec_mine', 'conn_mine', 'terminal', ?, ?, ?, ?, 80, 24, ?, ?, 0, 0, 0)`,
        [allocation.allocation_id as string, owner.organizationId, owner.projectId, owner.userId, tx.now, tx.now],
      ),
    );
    const budget = await backend.request('POST', 'billing/budgets', {
      token,
      body: { scope: 'organization', amount: { amount: '10000000', currency: 'USD', scale: 6 } },
    });
    const party = JSON.stringify({ name: 'mine', address: [], taxId: null, email: null, purchaseOrder: null });
    await backend.services.database.transaction(tx =>
      tx.run(
        `INSERT INTO billing_invoices (invoice_id, organization_id, number, kind, currency, period_from_at, period_to_at, issued_at, customer_name,
           customer_json, seller_json, tax_json, statement_json, footer, exact_micros, rounding_micros, total_micros, net_micros, tax_micros,
           opening_micros, closing_micros, line_count)
         VALUES ('invoice_mine', ?, 'MINE-1', 'invoice', 'USD', 0, 1, ?, 'mine', ?, ?, '{"name":"VAT","ratePercent":"0","inclusive":true}', '{}', '', 0, 0, 0, 0, 0, 0, 0, 0)`,
        [owner.organizationId, tx.now, party, party],
      ),
    );
    const payment = await backend.request('POST', 'payments/checkout-session', {
      token,
      body: { amount: { amount: '10000000', currency: 'USD', scale: 6 } },
    });
    const { admin } = await administrator();
    const node = (await backend.request('GET', 'admin/nodes', { token: admin })).body.items?.[0];
    const slot = (await backend.request('GET', `admin/nodes/${String(node?.node_id)}/resource-slots`, { token: admin }))
      .body.items?.[0];
    return {
      allocation_id: allocation.allocation_id as string,
      refund_id: 'refund_mine',
      batch_id: 'batch_mine',
      payment_id: String((payment.body.payment as Record<string, unknown>).payment_id),
      method_id: 'tpm_mine',
      recording_id: 'rec_mine',
      task_id: launched.body.task_id as string,
      entry_id: String(entry?.entry_id),
      key_id: String(key.body.key_id),
      port: '8888',
      'api-keys.key_id': String(apiKey.body.key_id),
      service_account_id: String(robot.body.service_account_id),
      'service-accounts.key_id': String(robotKey.body.key_id),
      support_session_id: 'sup_mine',
      passkey_id: 'passkey_mine',
      identity_id: 'ident_mine',
      invitation_id: String((invited.body.invitation as Record<string, unknown>).invitation_id),
      department_id: String(department?.department_id),
      session_id: String(session?.session_id),
      user_id: owner.userId,
      project_id: owner.projectId,
      organization_id: owner.organizationId,
      node_id: String(node?.node_id),
      slot_id: String(slot?.slot_id),
      // Nodes of the configuration have none; nobody but their administrators gets as far as to see that.
      slot_map_id: 'slotmap_mine',
      voucher_id: 'voucher_mine',
      invoice_id: 'invoice_mine',
      budget_id: String(budget.body.budget_id),
    };
  }

  /** One name may stand for several things: then what it is of comes before it. */
  function ownedBy({ tag }: OperationShape, name: string): string | undefined {
    return owned[`${tag}.${name}`] ?? owned[name];
  }

  async function administrator(): Promise<{ admin: string }> {
    const signedIn = await backend.request('POST', 'auth/personal/login', {
      body: { username: 'admin', password: alice.password },
    });
    return { admin: String(signedIn.body.access_token) };
  }

  /** A sandbox outlives the backend by design, so the test takes it down. */
  async function putAway(): Promise<void> {
    if (owned.allocation_id === undefined) return;
    const path = `allocations/${owned.allocation_id}`;
    await waitFor(async () => {
      const { status } = (await backend.request('GET', path, { token: alice.token })).body;
      if (status === 'active') await backend.request('POST', `${path}/release`, { token: alice.token });
      return status === 'released' || status === 'failed';
    }, 'the allocation to be gone');
  }

  const send = (
    operation: OperationShape,
    parts: RequestParts,
    token: string | undefined,
    headers: Record<string, string> = {},
  ) => sendRequest(backend, operation, { ...parts, token, headers });

  function expectAnswer(
    operation: OperationShape,
    reply: { status: number; body: unknown; text: string },
    sent: unknown,
  ): void {
    const fault = reply.status >= 500 || (reply.status >= 400 && !isEnvelope(reply.body));
    if (fault)
      throw new Error(
        `${operation.id} answered ${reply.status} ${reply.text}\nto ${JSON.stringify(sent)?.slice(0, 2_000)}`,
      );
  }

  /** Some operations end the session they are called with, or take from the caller what they may do: then somebody new asks. */
  async function usableCaller(before: string | undefined): Promise<string> {
    if (before !== undefined) {
      const { body } = await backend.request('GET', 'me', { token: before });
      const isOwner = (body.permissions as string[] | undefined)?.includes('access.member.manage');
      if (isOwner && body.restriction === null) return before;
    }
    return (await backend.signUp()).token;
  }

  let token: string | undefined;
  describe.each(answering.map(operation => [operation.id, operation] as const))('%s', (_id, operation) => {
    beforeAll(async () => {
      token = await usableCaller(token);
    });

    test('takes what fits its schema without a fault', async () => {
      for (const fits of sample(requestParts(operation), FITTING_RUNS)) {
        expectAnswer(operation, await send(operation, fits, token), fits);
        token = await usableCaller(token);
      }
    });

    test('answers what does not fit with a refusal in the envelope', async () => {
      const fits = oneFitting(operation);
      const spoiled = placesOf(fits)
        .filter(place => place.length > 1 || (place[0] === 'body' && operation.body !== undefined))
        .flatMap(place => [undefined, ...hostileValues].map(value => ({ place, value })));
      for (const { place, value } of sample(
        fc.shuffledSubarray(spoiled, {
          minLength: Math.min(HOSTILE_RUNS, spoiled.length),
          maxLength: Math.min(HOSTILE_RUNS, spoiled.length),
        }),
        1,
      ).flat()) {
        const sent = withPlace(fits, place, value) as RequestParts;
        expectAnswer(operation, await send(operation, sent, token), sent);
      }
    });

    test('refuses fields and parameters nobody knows', async () => {
      const fits = oneFitting(operation);
      const unknownQuery = await send(operation, { ...fits, query: { ...fits.query, nobody_knows: '1' } }, token);
      expect([unknownQuery.status, unknownQuery.body.code]).toEqual([400, 'request_malformed']);
      // What another system sends may have fields of its own.
      if (operation.method === 'GET' || operation.rawBody) return;
      const unknownField = await send(
        operation,
        { ...fits, body: { ...(fits.body as object), nobody_knows: 1 } },
        token,
      );
      expect([unknownField.status, unknownField.body.code]).toEqual([400, 'request_malformed']);
    });

    if (operation.body !== undefined) {
      test.each([
        ['empty', ''],
        ['half a list', '['],
        ['null', 'null'],
        ['a list', '[]'],
        ['a text', '"text"'],
        ['a number beyond all numbers', '1e999'],
        ['JSON with a comma too many', '{"a":1,}'],
        ['a prototype', '{"__proto__":{}}'],
        ['a very deep list', '['.repeat(50_000)],
        ['JSON behind a byte order mark', '\u{feff}{}'],
      ])('survives a body that is %s', async (_what, raw) => {
        const fits = oneFitting(operation);
        const reply = await send(operation, { ...fits, body: raw }, token);
        expectAnswer(operation, reply, raw.slice(0, 50));
        expect(reply.status).toBeGreaterThanOrEqual(400);
      });

      test('takes nothing but JSON', async () => {
        const fits = oneFitting(operation);
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'application/json; charset=utf-16',
        ]) {
          expect((await send(operation, fits, token, { 'content-type': type })).body.code).toBe(
            'media_type_unsupported',
          );
        }
      });
    }
  });

  describe('who may', () => {
    const guarded = operations.filter(operation => operation.permission !== 'public');

    test.each(guarded.map(operation => [operation.id, operation] as const))(
      '%s: nobody without signing in, nor with a credential that is none',
      async (_id, operation) => {
        const fits = oneFitting(operation);
        for (const token of [undefined, 'ptk_0000000000000000', 'x']) {
          const reply = await send(operation, fits, token);
          expect([reply.status, reply.body.code]).toEqual([401, 'authentication_required']);
        }
      },
    );

    const named = guarded.filter(operation => operation.params !== undefined);
    test.each(named.map(operation => [operation.id, operation] as const))(
      '%s: what belongs to another organization is not there',
      async (_id, operation) => {
        const names = Object.keys((operation.params as { properties: object }).properties);
        const unknown = names.filter(name => !(name in owned) && !EVERYONES.has(name));
        // A new parameter: say in `belongings` how alice comes by one.
        expect(unknown).toEqual([]);
        if (names.every(name => EVERYONES.has(name))) return;
        const fits = oneFitting(operation);
        const reply = await send(
          operation,
          {
            ...fits,
            params: Object.fromEntries(names.map(name => [name, ownedBy(operation, name) ?? fits.params[name]])),
          },
          bob.token,
        );
        expect([
          [404, 'not_found'],
          [403, 'permission_denied'],
        ]).toContainEqual([reply.status, String(reply.body.code).replace(/^\w+_not_found$/, 'not_found')]);
      },
    );

    const lists = guarded.filter(
      operation => operation.method === 'GET' && operation.params === undefined && operation.streams === undefined,
    );
    test.each(lists.map(operation => [operation.id, operation] as const))(
      '%s: shows nothing of another organization',
      async (_id, operation) => {
        const reply = await send(operation, { params: {}, query: {}, body: undefined }, bob.token);
        if (reply.status === 403) return;
        // Nodes are the platform's; who may list them may know them.
        for (const [name, id] of Object.entries(owned))
          if (name !== 'node_id') expect([name, reply.text.includes(id)]).toEqual([name, false]);
      },
    );

    test('what a body names is looked up as the caller’s, too', async () => {
      for (const operation of guarded.filter(
        ({ body, idempotency }) => body !== undefined && idempotency !== undefined,
      )) {
        const properties = Object.keys((operation.body as { properties?: object }).properties ?? {});
        for (const property of properties) {
          const name = property.replace(/^.*?(project|allocation|organization|key)_ids?$/, '$1_id');
          const id = owned[name];
          if (id === undefined) continue;
          const fits = oneFitting(operation);
          const value = property.endsWith('_ids') ? [id] : id;
          const reply = await send(
            operation,
            { ...fits, body: { ...(fits.body as object), [property]: value } },
            bob.token,
          );
          expect([operation.id, property, reply.status >= 400 && reply.status < 500]).toEqual([
            operation.id,
            property,
            true,
          ]);
        }
      }
    });
  });
});
