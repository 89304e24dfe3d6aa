import type { FormParams } from './form-params';
import type { StripeAccount } from './stripe-account';
import { invalid, missing, refused } from './stripe-fault';
import { cardError, charged, declined, detach, makeIntent, makeRefund, processing } from './stripe-money';
import { cardNamed } from './stripe-objects';
import type { Customer, Session } from './stripe-objects';

/** Made by tests as they please; what the endpoints do besides answering. */
export interface Behaviour {
  /** How a refund to a card begins. */
  refundsBegin: 'pending' | 'succeeded';
  /** Found by the search only after so long: Stripe says up to a minute. */
  searchLagSeconds: number;
  /** Whether the customer portal's settings were saved once. */
  portalConfigured: boolean;
  /** Where checkout and portal pages would be. */
  pagesAt: string;
}

export interface Call {
  readonly account: StripeAccount;
  readonly behaviour: Behaviour;
  readonly params: FormParams;
  /** Of the path's braces, in order. */
  readonly ids: readonly string[];
}

interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** With `{}` for ids. */
  readonly path: string;
  readonly answer: (call: Call) => unknown;
}

const MINUTE_SECONDS = 60;
const EXPIRES_AFTER_MIN_SECONDS = 30 * MINUTE_SECONDS;
const EXPIRES_AFTER_MAX_SECONDS = 24 * 60 * MINUTE_SECONDS;
const EVENTS_KEPT_SECONDS = 30 * 24 * 60 * MINUTE_SECONDS;
const TYPES_MAX = 20;
const LIST_DEFAULT = 10;
const LIST_MAX = 100;
const AMOUNT_MAX = 99_999_999;
/** Of US dollars and most others. */
const AMOUNT_MIN = 50;
const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;
const THREE_DECIMALS: readonly string[] = ['bhd', 'jod', 'kwd', 'omr', 'tnd'];
const MULTIPLES_OF_HUNDRED: readonly string[] = ['isk', 'ugx'];

export const ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: '/v1/customers/search', answer: searchCustomers },
  { method: 'POST', path: '/v1/customers', answer: createCustomer },
  { method: 'POST', path: '/v1/customers/{}', answer: updateCustomer },
  { method: 'GET', path: '/v1/customers/{}/payment_methods', answer: listMethods },
  { method: 'GET', path: '/v1/customers/{}/payment_methods/{}', answer: retrieveMethod },
  { method: 'POST', path: '/v1/payment_methods/{}/detach', answer: detachMethod },
  { method: 'POST', path: '/v1/checkout/sessions', answer: createSession },
  { method: 'GET', path: '/v1/checkout/sessions/{}', answer: retrieveSession },
  { method: 'POST', path: '/v1/checkout/sessions/{}/expire', answer: expireSession },
  { method: 'POST', path: '/v1/payment_intents', answer: createIntent },
  { method: 'GET', path: '/v1/payment_intents', answer: listIntents },
  { method: 'POST', path: '/v1/refunds', answer: createRefund },
  { method: 'GET', path: '/v1/refunds', answer: listRefunds },
  { method: 'GET', path: '/v1/events', answer: listEvents },
  { method: 'POST', path: '/v1/billing_portal/sessions', answer: createPortalSession },
];

function searchCustomers({ account, behaviour, params }: Call): unknown {
  const query = params.text('query');
  const limit = params.optionalInteger('limit') ?? LIST_DEFAULT;
  params.nothingElse();
  const [, key, value] = /^metadata\['([^']+)'\]:'([^']*)'$/.exec(query) ?? [];
  if (key === undefined || value === undefined) throw invalid(`We were unable to parse your search query. ${query}`);
  const data = account
    .all('customer')
    .filter(customer => customer.metadata[key] === value)
    .filter(customer => customer.created + behaviour.searchLagSeconds <= account.now);
  return {
    object: 'search_result',
    url: '/v1/customers/search',
    has_more: false,
    next_page: null,
    data: data.slice(0, limit),
  };
}

function createCustomer({ account, params }: Call): unknown {
  const customer: Customer = {
    id: account.id('cus'),
    object: 'customer',
    ...account.stamp(),
    name: params.optional('name') ?? null,
    email: params.optional('email') ?? null,
    metadata: params.metadata(),
  };
  params.nothingElse();
  account.keep(customer);
  account.tell('customer.created', customer);
  return customer;
}

function updateCustomer({ account, params, ids }: Call): unknown {
  const customer = account.customer(ids[0] ?? '');
  const previous = { name: customer.name, email: customer.email };
  const name = params.optional('name');
  const email = params.optional('email');
  params.nothingElse();
  if (name !== undefined) customer.name = name === '' ? null : name;
  if (email !== undefined) customer.email = email === '' ? null : email;
  account.tell('customer.updated', customer, previous);
  return customer;
}

function listMethods({ account, params, ids }: Call): unknown {
  const customer = account.customer(ids[0] ?? '', 'customer');
  const methods = account.all('payment_method').filter(method => method.customer === customer.id);
  return listed({ account, params, rows: methods, url: `/v1/customers/${customer.id}/payment_methods` });
}

function retrieveMethod({ account, params, ids }: Call): unknown {
  params.nothingElse();
  const [customerId = '', methodId = ''] = ids;
  const customer = account.customer(customerId, 'customer');
  const method = account.method(methodId, 'payment_method');
  if (method.customer !== customer.id) throw missing('PaymentMethod', methodId, 'payment_method');
  return method;
}

function detachMethod({ account, params, ids }: Call): unknown {
  params.nothingElse();
  const method = account.method(ids[0] ?? '', 'payment_method');
  detach(account, method);
  return method;
}

function createSession({ account, behaviour, params }: Call): unknown {
  if (params.oneOf('mode', ['payment']) === undefined)
    throw invalid('Missing required param: mode.', { param: 'mode' });
  const customer = account.customer(params.text('customer'), 'customer');
  const items = params.groups('line_items').map(item => {
    const price = item.group('price_data');
    price.group('product_data').text('name');
    const currency = price.text('currency');
    return { currency, amount: item.integer('quantity') * amountOf(price, { name: 'unit_amount', currency }) };
  });
  const [first] = items;
  if (first === undefined) throw invalid('Missing required param: line_items.', { param: 'line_items' });
  const amount = items.reduce((sum, item) => sum + item.amount, 0);
  if (amount < AMOUNT_MIN) {
    throw invalid('The Checkout Session’s total amount due must add up to at least $0.50 usd', {
      code: 'amount_too_small',
    });
  }
  const expiresAt = params.optionalInteger('expires_at') ?? account.now + EXPIRES_AFTER_MAX_SECONDS;
  if (expiresAt < account.now + EXPIRES_AFTER_MIN_SECONDS) {
    throw invalid('The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.', {
      param: 'expires_at',
    });
  }
  if (expiresAt > account.now + EXPIRES_AFTER_MAX_SECONDS) {
    throw invalid('The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.', {
      param: 'expires_at',
    });
  }
  const intentData = params.group('payment_intent_data');
  const wished = {
    description: intentData.optional('description') ?? null,
    metadata: intentData.metadata(),
    setup_future_usage: intentData.oneOf('setup_future_usage', ['off_session', 'on_session']) ?? null,
  };
  params.group('adaptive_pricing').flag('enabled');
  const id = account.id('cs');
  const session: Session = {
    id,
    object: 'checkout.session',
    ...account.stamp(),
    amount_subtotal: amount,
    amount_total: amount,
    cancel_url: params.text('cancel_url'),
    client_reference_id: params.optional('client_reference_id') ?? null,
    currency: first.currency,
    customer: customer.id,
    expires_at: expiresAt,
    metadata: params.metadata(),
    mode: 'payment',
    // There is none before the customer pays.
    payment_intent: null,
    payment_status: 'unpaid',
    status: 'open',
    success_url: params.text('success_url'),
    url: `${behaviour.pagesAt}/c/pay/${id}`,
  };
  const expand = params.texts('expand');
  params.nothingElse();
  account.keep(session);
  WISHES.set(session, wished);
  return account.expanded(session, expand);
}

/** `payment_intent_data` of a session, for the PaymentIntent of later. */
const WISHES = new WeakMap<
  Session,
  {
    description: string | null;
    metadata: Record<string, string>;
    setup_future_usage: 'off_session' | 'on_session' | null;
  }
>();

/** The session's PaymentIntent, made when the customer first tries to pay. */
export function intentOf(account: StripeAccount, session: Session) {
  if (session.payment_intent !== null) return account.intent(session.payment_intent);
  const wished = WISHES.get(session) ?? { description: null, metadata: {}, setup_future_usage: null };
  const { customer, currency, amount_total: amount } = session;
  const intent = makeIntent(account, { customer, currency: currency ?? '', amount: amount ?? 0, ...wished });
  session.payment_intent = intent.id;
  return intent;
}

function retrieveSession({ account, params, ids }: Call): unknown {
  const expand = params.texts('expand');
  params.nothingElse();
  return account.expanded(account.session(ids[0] ?? '', 'session'), expand);
}

function expireSession({ account, params, ids }: Call): unknown {
  params.nothingElse();
  const session = account.session(ids[0] ?? '', 'session');
  if (session.status !== 'open') {
    throw refused(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status ?? ''}\`.`,
    );
  }
  expire(account, session);
  return session;
}

export function expire(account: StripeAccount, session: Session): void {
  session.status = 'expired';
  session.url = null;
  const intent = session.payment_intent === null ? null : account.intent(session.payment_intent);
  if (intent !== null) {
    intent.status = 'canceled';
    intent.canceled_at = account.now;
    intent.cancellation_reason = 'automatic';
    account.tell('payment_intent.canceled', intent);
  }
  account.tell('checkout.session.expired', session);
}

function createIntent({ account, params }: Call): unknown {
  const currency = params.text('currency');
  const amount = amountOf(params, { name: 'amount', currency });
  if (amount < AMOUNT_MIN)
    throw invalid('Amount must be at least $0.50 usd', { code: 'amount_too_small', param: 'amount' });
  const customer = account.customer(params.text('customer'), 'customer');
  const method = account.method(params.text('payment_method'), 'payment_method');
  const confirm = params.flag('confirm');
  const offSession = params.flag('off_session');
  if (offSession && !confirm)
    throw invalid('`off_session` can only be used with `confirm=true`.', { param: 'off_session' });
  const about = {
    amount,
    currency,
    customer: customer.id,
    description: params.optional('description') ?? null,
    metadata: params.metadata(),
    setup_future_usage: null,
  };
  const expand = params.texts('expand');
  params.nothingElse();
  if (method.customer !== customer.id) {
    throw refused(
      `The provided PaymentMethod (${method.id}) can't be used: it belongs to no Customer, or to another. Attach it to a Customer first.`,
      { param: 'payment_method' },
    );
  }
  const intent = makeIntent(account, about);
  intent.payment_method = method.id;
  if (!confirm) return account.expanded(Object.assign(intent, { status: 'requires_confirmation' }), expand);
  const card = cardNamed(account.behaviour(method.id));
  const why = card.declineOffSession ?? card.decline;
  if (why !== undefined) throw cardError(intent, declined(account, intent, why));
  if (card.brand === 'sepa_debit') processing(account, intent);
  else charged(account, intent);
  return account.expanded(intent, expand);
}

function listIntents({ account, params }: Call): unknown {
  const customer = params.optional('customer');
  const rows = account.all('payment_intent').filter(intent => customer === undefined || intent.customer === customer);
  return listed({ account, params, rows, url: '/v1/payment_intents' });
}

function createRefund({ account, behaviour, params }: Call): unknown {
  const intent = account.intent(params.text('payment_intent'), 'payment_intent');
  const amount =
    params.optional('amount') === undefined
      ? undefined
      : amountOf(params, { name: 'amount', currency: intent.currency });
  const reason = params.oneOf('reason', REASONS) ?? null;
  const metadata = params.metadata();
  params.nothingElse();
  return makeRefund(account, { intent, amount, reason, metadata, status: behaviour.refundsBegin });
}

function listRefunds({ account, params }: Call): unknown {
  const intent = params.optional('payment_intent');
  if (intent !== undefined) account.intent(intent, 'payment_intent');
  const rows = account.all('refund').filter(refund => intent === undefined || refund.payment_intent === intent);
  return listed({ account, params, rows, url: '/v1/refunds' });
}

function listEvents({ account, params }: Call): unknown {
  const from = params.group('created').optionalInteger('gte') ?? 0;
  const types = params.texts('types');
  if (types.length > TYPES_MAX) throw invalid(`You can filter by at most ${TYPES_MAX} types.`, { param: 'types' });
  // Stripe keeps them for thirty days.
  const oldest = Math.max(from, account.now - EVENTS_KEPT_SECONDS);
  const rows = account.events.filter(
    event => event.created >= oldest && (types.length === 0 || types.includes(event.type)),
  );
  return listed({ account, params, rows: rows.reverse(), url: '/v1/events' });
}

function createPortalSession({ account, behaviour, params }: Call): unknown {
  const customer = account.customer(params.text('customer'), 'customer');
  const returnUrl = params.optional('return_url') ?? null;
  params.nothingElse();
  if (!behaviour.portalConfigured) {
    throw refused(
      'No configuration provided and your test mode default configuration has not been created. Provide a configuration or create your default by saving your customer portal settings.',
    );
  }
  const id = account.id('bps');
  const { created, livemode } = account.stamp();
  const url = `${behaviour.pagesAt}/p/session/${id}`;
  return { id, object: 'billing_portal.session', created, livemode, customer: customer.id, return_url: returnUrl, url };
}

/** A page of a list, newest first: `limit`, `starting_after`, `ending_before`, `expand[]=data.…`. */
function listed(list: {
  account: StripeAccount;
  params: FormParams;
  rows: readonly { id: string }[];
  url: string;
}): unknown {
  const { account, params, rows, url } = list;
  const limit = params.optionalInteger('limit') ?? LIST_DEFAULT;
  const after = params.optional('starting_after');
  const expand = params.texts('expand');
  params.nothingElse();
  if (limit < 1 || limit > LIST_MAX) throw invalid('Invalid limit: must be between 1 and 100', { param: 'limit' });
  const begin = after === undefined ? 0 : rows.findIndex(row => row.id === after) + 1;
  const data = rows.slice(begin, begin + limit);
  return account.expanded({ object: 'list', url, has_more: begin + limit < rows.length, data }, expand);
}

function amountOf(params: FormParams, { name, currency }: { name: string; currency: string }): number {
  const amount = params.integer(name);
  if (!/^[a-z]{3}$/.test(currency)) throw invalid(`Invalid currency: ${currency}`, { param: 'currency' });
  if (amount < 1) throw invalid('Invalid positive integer', { code: 'parameter_invalid_integer', param: name });
  if (amount > AMOUNT_MAX)
    throw invalid('Amount must be no more than $999,999.99', { code: 'amount_too_large', param: name });
  const step = THREE_DECIMALS.includes(currency) ? 10 : MULTIPLES_OF_HUNDRED.includes(currency) ? 100 : 1;
  if (amount % step !== 0) {
    const code = 'invalid_charge_amount_no_decimal_compatible';
    throw invalid(`Invalid amount. Amounts in ${currency} must be evenly divisible by ${step}.`, { code, param: name });
  }
  return amount;
}
