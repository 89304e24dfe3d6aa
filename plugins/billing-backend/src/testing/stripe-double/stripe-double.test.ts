import Stripe from 'stripe';
import { TestClock } from '@portico/plugin-kit/testing';
import { StripeDouble } from './stripe-double';

/** What the stand-in promises, asked by the SDK: a double that grants every wish tests nothing. */
let clock: TestClock;
let double: StripeDouble;
let sdk: Stripe;

beforeEach(async () => {
  clock = new TestClock();
  double = await StripeDouble.start({ now: () => clock.now() });
  const { port } = new URL(double.url);
  sdk = new Stripe(double.settings.secretKey, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0 });
});
afterEach(() => double.close());

const customer = (idempotencyKey?: string, name = 'Ada') =>
  sdk.customers.create({ name, metadata: { a: '1' } }, idempotencyKey === undefined ? {} : { idempotencyKey });

test('a parameter nobody knows is refused, by its whole name', async () => {
  const { id } = await customer();
  const session = {
    mode: 'payment',
    customer: id,
    success_url: 'https://a.example',
    cancel_url: 'https://a.example',
  } as const;
  const item = (unit_amount: number) => ({
    quantity: 1,
    price_data: { currency: 'usd', unit_amount, product_data: { name: 'x' } },
  });
  const wrong = { ...session, line_items: [item(500), { ...item(500), price_date: {} as never, wish: '1' as never }] };
  await expect(sdk.checkout.sessions.create(wrong as never)).rejects.toMatchObject({
    type: 'StripeInvalidRequestError',
    code: 'parameter_unknown',
    param: 'line_items[1][wish]',
    statusCode: 400,
    requestId: expect.stringMatching(/^req_/),
  });
  await expect(sdk.checkout.sessions.create({ ...session, line_items: [item(1.5)] })).rejects.toMatchObject({
    code: 'parameter_invalid_integer',
    param: 'line_items[0][price_data][unit_amount]',
  });
  await expect(sdk.checkout.sessions.create({ ...session, line_items: [item(-5)] })).rejects.toMatchObject({
    code: 'parameter_invalid_integer',
  });
  const { id: sessionId } = await sdk.checkout.sessions.create({ ...session, line_items: [item(500), item(700)] });
  expect(await sdk.checkout.sessions.retrieve(sessionId)).toMatchObject({ amount_total: 1_200, payment_intent: null });
  await expect(sdk.checkout.sessions.retrieve(sessionId, { expand: ['nothing.of_this'] })).rejects.toMatchObject({
    param: 'expand',
  });
  await expect(sdk.products.list()).rejects.toMatchObject({ statusCode: 404 });
});

test('a key is good for one request, and its reply is the first one for a day', async () => {
  const first = await customer('key_1');
  const again = await customer('key_1');
  expect(again.id).toBe(first.id);
  expect(again.lastResponse.headers).toMatchObject({
    'idempotent-replayed': 'true',
    'original-request': first.lastResponse.requestId,
    'idempotency-key': 'key_1',
  });
  expect(first.lastResponse.headers).not.toHaveProperty('idempotent-replayed');
  await expect(customer('key_1', 'Bea')).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  await clock.advance(24 * 3_600_000);
  expect((await customer('key_1', 'Bea')).id).not.toBe(first.id);
});

test('one that is under way refuses another with its key; an error of the server is repeated', async () => {
  const held = double.hold('POST /v1/customers');
  const first = customer('key_1');
  await held.reached;
  await expect(customer('key_1')).rejects.toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
  held.now();
  await first;
  double.failNext('internal_error', /customers/);
  await expect(customer('key_2')).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 500 });
  await expect(customer('key_2')).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 500 });
  double.failNext('overloaded', /customers/);
  await expect(customer('key_3')).rejects.toMatchObject({ type: 'StripeRateLimitError', statusCode: 429 });
  await customer('key_3');
  expect(double.account.all('customer')).toHaveLength(2);
});

test('lists come in pages, newest first', async () => {
  const { id } = await customer();
  const made = Array.from({ length: 25 }, () => double.saveCard(id));
  const first = await sdk.customers.listPaymentMethods(id);
  expect(first).toMatchObject({ has_more: true, object: 'list' });
  expect(first.data.map(method => method.id)).toEqual(made.toReversed().slice(0, 10));
  const all = await sdk.customers.listPaymentMethods(id, { limit: 7 }).autoPagingToArray({ limit: 100 });
  expect(all.map(method => method.id)).toEqual(made.toReversed());
});

test('events keep what was so when they were made, are signed when sent, and stay until they are taken', async () => {
  const { id } = await customer();
  await sdk.customers.update(id, { name: 'Bea' });
  const [created, updated] = double.account.events;
  expect(created?.data.object).toMatchObject({ name: 'Ada' });
  expect(updated?.data).toMatchObject({ object: { name: 'Bea' }, previous_attributes: { name: 'Ada' } });
  if (created === undefined) throw new Error('nothing was told');
  const { body, signature } = double.deliveries.message(created);
  const { webhookSecret } = double.settings;
  const read = (receivedAt: number) =>
    sdk.webhooks.constructEvent(body, signature, webhookSecret, 300, undefined, receivedAt);
  expect(read(clock.now()).id).toBe(created.id);
  expect(() => read(clock.now() + 301_000)).toThrow('Timestamp outside the tolerance zone');

  double.deliveries.endpoint = `${double.url}/nobody/listens`;
  await double.deliveries.deliverAll();
  expect(double.deliveries.pending).toHaveLength(2);
  await double.deliveries.deliverAll({ random: () => 0, losses: 1 });
  expect(double.deliveries.pending).toEqual([]);
  expect(double.deliveries.lost.size).toBe(2);
});
