import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FormParams } from './form-params';
import { IdempotentReplies } from './idempotent-replies';
import type { StripeReply } from './idempotent-replies';
import { StripeAccount } from './stripe-account';
import { ENDPOINTS, expire, intentOf } from './stripe-endpoints';
import type { Behaviour } from './stripe-endpoints';
import { StripeFault } from './stripe-fault';
import {
  attach,
  charged,
  declined,
  detach,
  endDispute,
  endRefund,
  escalate,
  makeMethod,
  makeRefund,
  openDispute,
  processing,
} from './stripe-money';
import { cardNamed } from './stripe-objects';
import type { CardName, Dispute, Refund, Session } from './stripe-objects';
import { WebhookDeliveries } from './webhook-deliveries';

/**
 * `request_lost`: the connection breaks before Stripe has done anything; `reply_lost`: after. `internal_error`: 500, remembered under the key. `overloaded`: 429. `silence`: it
 * is done and no answer ever comes.
 */
export type HttpFault = 'request_lost' | 'reply_lost' | 'internal_error' | 'overloaded' | 'silence';
export type FaultPlan = (request: { method: string; path: string }) => HttpFault | null;

const SECRET_KEY = 'sk_test_double';
const WEBHOOK_SECRET = 'whsec_double';
const BODY_BYTES_MAX = 100_000;

interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly key: string | null;
  readonly authorization: string;
  readonly version: string | null;
}

/** A stand-in for Stripe on 127.0.0.1, spoken to by the real SDK. What it takes for granted is listed in the README beside it. */
export class StripeDouble {
  readonly account: StripeAccount;
  readonly deliveries: WebhookDeliveries;
  readonly behaviour: Behaviour;
  /** Requests that had an effect or an answer, with their idempotency keys, oldest first. */
  readonly requests: Received[] = [];
  faults: FaultPlan = () => null;
  readonly #replies = new IdempotentReplies();
  readonly #server: Server;
  /** A request that a test holds back. */
  #held: { request: string; reached: () => void; released: Promise<void> } | null = null;

  static async start(options: { now: () => number; livemode?: boolean }): Promise<StripeDouble> {
    const double = new StripeDouble(options);
    await new Promise<void>(resolve => double.#server.listen(0, '127.0.0.1', resolve));
    double.behaviour.pagesAt = double.url;
    return double;
  }

  private constructor({ now, livemode = false }: { now: () => number; livemode?: boolean }) {
    this.account = new StripeAccount({ now, livemode });
    this.behaviour = { refundsBegin: 'succeeded', searchLagSeconds: 60, portalConfigured: true, pagesAt: '' };
    this.deliveries = new WebhookDeliveries({ events: this.account.events, secret: WEBHOOK_SECRET, now });
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The settings of a portal that uses it. */
  get settings(): { secretKey: string; webhookSecret: string; apiBase: string } {
    return { secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, apiBase: this.url };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** The next `times` requests that match meet with this. */
  failNext(fault: HttpFault, on: RegExp, times = 1): void {
    let left = times;
    this.faults = ({ method, path }) => {
      if (left === 0 || !on.test(`${method} ${path}`)) return null;
      left -= 1;
      return fault;
    };
  }

  /** The next such request (`POST /v1/refunds`) has come in and is under way until `now` is called. */
  hold(request: string): { reached: Promise<void>; now: () => void } {
    let now = () => {};
    let isReached = () => {};
    const released = new Promise<void>(resolve => (now = resolve));
    const reached = new Promise<void>(resolve => (isReached = resolve));
    this.#held = { request, reached: isReached, released };
    return { reached, now };
  }

  // What customers, banks and people at the dashboard do.

  /** The customer submits the checkout page with this card. False when the bank declined it, and the page stays open. */
  pay(sessionId: string, card: CardName = 'visa'): boolean {
    const { account } = this;
    this.passTime();
    const session = account.session(sessionId);
    if (session.status !== 'open') throw new Error(`the checkout is ${session.status ?? 'closed'}`);
    const intent = intentOf(account, session);
    const known = cardNamed(card);
    if (known.decline !== undefined) {
      declined(account, intent, known.decline);
      return false;
    }
    const method = makeMethod(account, card);
    intent.payment_method = method.id;
    if (intent.setup_future_usage !== null && session.customer !== null) attach(account, method, session.customer);
    session.status = 'complete';
    session.url = null;
    if (known.brand === 'sepa_debit') {
      processing(account, intent);
    } else {
      charged(account, intent);
      session.payment_status = 'paid';
    }
    account.tell('checkout.session.completed', session);
    return true;
  }

  /** The bank says, days later, how a debit ended. */
  settle(sessionId: string, end: 'paid' | 'failed'): void {
    const { account } = this;
    const session = account.session(sessionId);
    const intent = intentOf(account, session);
    if (intent.status !== 'processing') throw new Error(`the payment is ${intent.status}`);
    if (end === 'paid') {
      charged(account, intent);
      session.payment_status = 'paid';
      account.tell('checkout.session.async_payment_succeeded', session);
    } else {
      declined(account, intent, { code: 'payment_intent_payment_attempt_failed', decline_code: 'insufficient_funds' });
      account.tell('checkout.session.async_payment_failed', session);
    }
  }

  /** Sessions whose time is over expire, as they do at Stripe without anybody asking. */
  passTime(): void {
    const { account } = this;
    for (const session of account.all('checkout.session')) {
      if (session.status === 'open' && session.expires_at <= account.now) expire(account, session);
    }
  }

  /** A card is kept for a customer, through the customer portal. */
  saveCard(customerId: string, card: CardName = 'visa'): string {
    const method = makeMethod(this.account, card);
    attach(this.account, method, this.account.customer(customerId).id);
    return method.id;
  }

  removeCard(methodId: string): void {
    detach(this.account, this.account.method(methodId));
  }

  /** Somebody at the dashboard gives money back. */
  refundByHand(intentId: string, amount: number): Refund {
    const intent = this.account.intent(intentId);
    return makeRefund(this.account, {
      intent,
      amount,
      reason: 'requested_by_customer',
      metadata: {},
      status: this.behaviour.refundsBegin,
    });
  }

  endRefund(refundId: string, end: 'succeeded' | 'failed'): void {
    endRefund(this.account, this.account.refund(refundId), end);
  }

  dispute(intentId: string, options: { amount?: number; isInquiry?: boolean; reason?: string } = {}): Dispute {
    const intent = this.account.intent(intentId);
    const { amount = intent.amount, isInquiry = false, reason = 'fraudulent' } = options;
    return openDispute(this.account, { intent, amount, reason, isInquiry });
  }

  escalate(disputeId: string): void {
    escalate(this.account, this.account.dispute(disputeId));
  }

  endDispute(disputeId: string, end: 'won' | 'lost' | 'warning_closed'): void {
    endDispute(this.account, this.account.dispute(disputeId), end);
  }

  sessionOf(paymentId: string): Session {
    const session = this.account.all('checkout.session').find(one => one.metadata?.['payment_id'] === paymentId);
    if (session === undefined) throw new Error(`no checkout of ${paymentId}`);
    return session;
  }

  /** What the account has of a customer's money, in the currency's units: charged, less refunds that did not fail, less what disputes took. */
  receivedFrom(customerId: string): number {
    const charges = this.account.all('charge').filter(charge => charge.customer === customerId && charge.paid);
    const disputed = this.account
      .all('dispute')
      .filter(dispute => charges.some(charge => charge.id === dispute.charge))
      .flatMap(dispute => dispute.balance_transactions);
    return (
      charges.reduce((sum, charge) => sum + charge.amount - charge.amount_refunded, 0) +
      disputed.reduce((sum, transaction) => sum + transaction.amount, 0)
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await receive(request);
    const fault = this.faults({ method: received.method, path: received.path });
    if (fault === 'request_lost') return void request.socket.destroy();
    const requestId = this.account.id('req');
    const { reply, headers } = await this.#answer(received, { requestId, fault });
    if (fault === 'reply_lost') return void request.socket.destroy();
    if (fault === 'silence') return;
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'request-id': requestId,
      'stripe-version': received.version ?? this.account.apiVersion,
      ...(received.key === null ? {} : { 'idempotency-key': received.key }),
      ...headers,
    });
    response.end(reply.body);
  }

  async #answer(
    received: Received,
    { requestId, fault }: { requestId: string; fault: HttpFault | null },
  ): Promise<{ reply: StripeReply; headers: Record<string, string> }> {
    const key = received.method === 'POST' ? received.key : null;
    try {
      this.#authenticate(received);
      if (fault === 'overloaded') throw overloaded();
      if (key !== null) {
        const request = `${received.method} ${received.path}?${received.body}`;
        const first = this.#replies.begin(key, { request, requestId, now: this.account.now });
        if (first !== null) {
          return {
            reply: first.reply,
            headers: {
              'idempotent-replayed': 'true',
              'original-request': first.requestId,
              ...(first.reply.status >= 400 ? { 'stripe-should-retry': 'false' } : {}),
            },
          };
        }
      }
    } catch (error) {
      return { reply: replyOf(error), headers: {} };
    }
    // The key is taken by now, as a second request with the same one finds out.
    await this.#wait(`${received.method} ${received.path}`);
    try {
      if (fault === 'internal_error') throw internalError();
      this.requests.push(received);
      const reply = { status: 200, body: JSON.stringify(this.#perform(received, requestId), null, 2) };
      if (key !== null) this.#replies.finish(key, reply);
      return { reply, headers: {} };
    } catch (error) {
      const reply = replyOf(error);
      if (key !== null && error instanceof StripeFault && error.isValidation) this.#replies.forget(key);
      else if (key !== null) this.#replies.finish(key, reply);
      return { reply, headers: {} };
    }
  }

  async #wait(request: string): Promise<void> {
    const held = this.#held;
    if (held?.request !== request) return;
    this.#held = null;
    held.reached();
    await held.released;
  }

  #authenticate(received: Received): void {
    if (received.authorization === `Bearer ${SECRET_KEY}`) return;
    throw new StripeFault(401, {
      type: 'invalid_request_error',
      message: `Invalid API Key provided: ${received.authorization.replace('Bearer ', '').slice(0, 8)}****`,
    });
  }

  #perform(received: Received, requestId: string): unknown {
    this.passTime();
    for (const { method, path, answer } of ENDPOINTS) {
      const ids = method === received.method ? idsIn(path, received.path) : null;
      if (ids === null) continue;
      this.account.request = { id: requestId, idempotency_key: received.key };
      try {
        const params = new FormParams(method === 'POST' ? received.body : received.query);
        return answer({ account: this.account, behaviour: this.behaviour, params, ids });
      } finally {
        this.account.request = { id: null, idempotency_key: null };
      }
    }
    throw new StripeFault(404, {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${received.method}: ${received.path}).`,
    });
  }
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('a request that is longer than any of ours');
    chunks.push(chunk);
  }
  const url = new URL(request.url ?? '/', 'http://stripe');
  const header = (name: string) => (request.headers[name] as string | undefined) ?? null;
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.search.slice(1),
    body: Buffer.concat(chunks).toString('utf8'),
    key: header('idempotency-key'),
    authorization: header('authorization') ?? '',
    version: header('stripe-version'),
  };
}

/** The ids where the pattern has `{}`; null when the path is another. */
function idsIn(pattern: string, path: string): string[] | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const fits = wanted.every((part, place) => part === '{}' || part === given[place]);
  return fits ? given.filter((_, place) => wanted[place] === '{}').map(decodeURIComponent) : null;
}

function internalError(): StripeFault {
  return new StripeFault(500, {
    type: 'api_error',
    message: 'Sorry! There was an error while talking to one of our backends.',
  });
}

function overloaded(): StripeFault {
  return new StripeFault(429, {
    type: 'invalid_request_error',
    code: 'rate_limit',
    message: 'Request rate limit exceeded. Learn more at https://docs.stripe.com/rate-limits.',
  });
}

function replyOf(error: unknown): StripeReply {
  const fault = error instanceof StripeFault ? error : internalError();
  if (fault !== error) console.error('the double broke down', error);
  const { code } = fault.error;
  const documented =
    code === undefined ? {} : { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` };
  return { status: fault.status, body: JSON.stringify({ error: { ...documented, ...fault.error } }, null, 2) };
}
