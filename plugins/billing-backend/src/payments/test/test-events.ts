import type { Secrets } from '@portico/plugin-kit/backend';
import { errorsOf } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { DisputeFacts, PaymentFacts, ProviderEvent } from '../payment-provider';

const billing = errorsOf(billingErrors);

const PURPOSE = 'billing_test_provider.event';
/** A message older than this is not believed, whoever signed it. */
const AGE_SECONDS_MAX = 300;

export type TestNews =
  | { readonly kind: 'payment'; readonly type: string; readonly facts: PaymentFacts }
  | { readonly kind: 'dispute'; readonly type: string; readonly facts: DisputeFacts };

/** What the test provider sends, signed with a key of the portal's own as a real one signs with the secret that was agreed on. */
export function writeTestEvent(secrets: Secrets, news: TestNews, now: number): { body: Uint8Array; signature: string } {
  const eventId = `tevt_${randomUUID().replaceAll('-', '')}`;
  const facts = { ...news.facts, amount: news.facts.amount.toString() };
  const text = JSON.stringify({ event_id: eventId, occurred_at: now, type: news.type, kind: news.kind, facts });
  return { body: Buffer.from(text), signature: `t=${now},v1=${sign(secrets, now, text)}` };
}

/** Throws `webhook_signature_invalid`. */
export function readTestEvent(
  secrets: Secrets,
  message: { body: Uint8Array; signature: string | undefined; now: number },
): ProviderEvent {
  const [, at = '', given = ''] = /^t=(\d{1,16}),v1=([A-Za-z0-9_-]{1,64})$/.exec(message.signature ?? '') ?? [];
  const text = Buffer.from(message.body).toString('utf8');
  const isSigned = at !== '' && isSame(sign(secrets, Number(at), text), given);
  if (!isSigned || Math.abs(message.now - Number(at)) > AGE_SECONDS_MAX * 1000)
    throw billing.fail('webhook_signature_invalid');
  // The signature is ours, and so is what it stands for.
  const read = JSON.parse(text) as Record<'event_id' | 'type', string> & {
    occurred_at: number;
    kind: 'payment';
    facts: PaymentFacts & { amount: string | bigint };
  };
  return {
    eventId: read.event_id,
    type: read.type,
    occurredAt: read.occurred_at,
    kind: read.kind,
    facts: { ...read.facts, amount: BigInt(read.facts.amount) },
  };
}

function sign(secrets: Secrets, at: number, text: string): string {
  return secrets.fingerprint(PURPOSE, `${at}.${text}`);
}

function isSame(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
