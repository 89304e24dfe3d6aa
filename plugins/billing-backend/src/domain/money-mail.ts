import { fromMoney } from '@portico/plugin-kit/contract';
import type { Money } from '@portico/plugin-kit/contract';
import { BALANCE_STEPS, balanceMail, paragraphs } from './balance-mail';
import type { BalanceStep, BillingMail, BillingMailFrame } from './balance-mail';
import { moneyText } from './currency';

type Payload = Readonly<Record<string, unknown>>;
type Writer = (payload: Payload, frame: BillingMailFrame) => BillingMail | null;

/** What is said of each event, in words for people who are not at the portal; null where there is nothing to say. Each event's payload is described in the contract. */
const WRITERS = {
  'payments.session_completed': (payload, { title, organization, publicUrl }) => ({
    subject: `${money(payload.amount)} were added to the balance of ${organization}`,
    text: paragraphs(
      payload.kind === 'auto_top_up'
        ? `The balance of “${organization}” at ${title} fell to where you want it topped up, and ${money(payload.amount)} were charged to the saved payment method and added.`
        : `Your payment of ${money(payload.amount)} arrived and was added to the balance of “${organization}” at ${title}.`,
      `${publicUrl}/billing`,
    ),
  }),
  'payments.auto_top_up_failed': (payload, { title, organization, publicUrl }) => ({
    subject: `The automatic top-up of ${organization} failed`,
    text: paragraphs(
      `${money(payload.amount)} could not be charged to the saved payment method of “${organization}” at ${title}: ${words(payload.message)}`,
      payload.disabled === true
        ? 'Automatic top-up is off now. Workloads run as long as the balance lasts; add funds or another payment method to keep them running.'
        : 'It is tried again later. Workloads run as long as the balance lasts.',
      `${publicUrl}/billing`,
    ),
  }),
  'payments.auto_top_up_limit_reached': (payload, { title, organization, publicUrl }) => ({
    subject: `The automatic top-up of ${organization} waits`,
    text: paragraphs(
      `Another ${money(payload.amount)} would go beyond what may be charged automatically for “${organization}” at ${title} in a ${payload.limit === 'day' ? 'day' : 'month'}, so nothing is charged until ${day(payload.waits_until)}.`,
      'Workloads run as long as the balance lasts. You can add funds yourself, or change the limit:',
      `${publicUrl}/billing`,
    ),
  }),
  'payments.auto_top_up_disabled': (payload, { title, organization, publicUrl }) =>
    payload.reason === 'method_removed'
      ? {
          subject: `Automatic top-up of ${organization} is off`,
          text: paragraphs(
            `The payment method that tops up “${organization}” at ${title} is not there any more, so nothing is topped up automatically. Workloads run as long as the balance lasts.`,
            `${publicUrl}/billing`,
          ),
        }
      : // Whoever was told of the last failure was told of this.
        null,
  'billing.refunded': (payload, frame) => ofRefund(payload, frame, 'A refund was made'),
  'billing.refund_settled': (payload, frame) =>
    payload.settlement === 'failed' ? ofRefund(payload, frame, 'A refund could not be sent') : null,
  'billing.refund_rejected': (payload, { title, organization, publicUrl }) => ({
    subject: `A refund for ${organization} was not made`,
    text: paragraphs(
      `The refund of ${money(payload.amount)} that was asked for “${organization}” at ${title} will not be made: ${words(payload.reason)}`,
      `${publicUrl}/billing`,
    ),
  }),
  'billing.dispute_opened': (payload, { title, organization, publicUrl }) => ({
    subject: `A payment of ${organization} is disputed`,
    text: paragraphs(
      payload.status === 'inquiry'
        ? `A bank asks about a payment of ${money(payload.amount)} for “${organization}” at ${title}. Nothing was taken from the balance so far.`
        : `A bank took back a payment of ${money(payload.amount)} for “${organization}” at ${title}, so it was taken from the balance. It comes back if the bank decides so.`,
      'If nobody of you disputed it, tell the bank of the card; that settles it soonest.',
      `${publicUrl}/billing`,
    ),
  }),
  'billing.dispute_closed': (payload, { title, organization, publicUrl }) => ({
    subject: `The dispute about a payment of ${organization} has ended`,
    text: paragraphs(
      payload.status === 'won'
        ? `The bank decided that the payment of ${money(payload.amount)} for “${organization}” at ${title} stands. If it was taken from the balance, it is back in it.`
        : `The bank gave the payment of ${money(payload.amount)} for “${organization}” at ${title} back to the card for good.`,
      `${publicUrl}/billing`,
    ),
  }),
  'billing.budget_threshold_reached': (payload, { title, organization, publicUrl }) => ({
    subject: `${Number(payload.threshold_percent)}% of a budget of ${organization} is used`,
    text: paragraphs(
      `Since ${day(payload.period_from)} ${money(payload.spent)} of the budget of ${money(payload.amount)} were spent: ${scope(payload)} in “${organization}” at ${title}.`,
      'A budget only tells; it stops nothing. What may be launched is a matter of policies.',
      `${publicUrl}/billing`,
    ),
  }),
  'billing.invoice_issued': (payload, { title, organization, publicUrl }) => ({
    subject: `${payload.kind === 'credit_note' ? 'Credit note' : 'Invoice'} ${words(payload.number)} of ${organization}`,
    text: paragraphs(
      `The ${payload.kind === 'credit_note' ? 'credit note' : 'invoice'} of “${organization}” at ${title} for the month from ${day(payload.period_from)} is there: ${money(payload.total)}. It was paid from the balance; there is nothing to transfer.`,
      `${publicUrl}/billing`,
    ),
  }),
  'billing.credit_expiring': (payload, { title, organization, publicUrl }) => ({
    subject: `Credit of ${organization} ends on ${day(payload.expires_at)}`,
    text: paragraphs(
      `${money(payload.amount)} of the balance of “${organization}” at ${title} were given for a time. What is not used by ${instant(payload.expires_at)} is taken back then. Usage spends it before money you paid.`,
      `${publicUrl}/billing`,
    ),
  }),
} as const satisfies Readonly<Record<string, Writer>>;

/** Every event somebody is written to about. */
export const MAILED_EVENTS: readonly string[] = [...BALANCE_STEPS, ...Object.keys(WRITERS)];

export function isBalanceStep(eventType: string): eventType is BalanceStep {
  return (BALANCE_STEPS as readonly string[]).includes(eventType);
}

/** The message about an event; null where there is none. Throws on a payload that is not what the contract says. */
export function mailAbout(
  event: { readonly eventType: string; readonly payload: Payload },
  frame: BillingMailFrame,
): BillingMail | null {
  const { eventType, payload } = event;
  if (isBalanceStep(eventType)) {
    return balanceMail(frame, eventType, {
      currency: moneyIn(payload.available).currency,
      available: fromMoney(moneyIn(payload.available)),
      held: fromMoney(moneyIn(payload.held)),
      burnRatePerHour: fromMoney(moneyIn(payload.burn_rate_per_hour)),
      runwaySeconds: typeof payload.runway_seconds === 'number' ? payload.runway_seconds : null,
    });
  }
  const writer: Writer | undefined = (WRITERS as Readonly<Record<string, Writer>>)[eventType];
  return writer === undefined ? null : writer(payload, frame);
}

function ofRefund(payload: Payload, frame: BillingMailFrame, subject: string): BillingMail {
  return {
    subject: `${subject} for ${frame.organization}`,
    text: paragraphs(
      `${words(payload.outcome_text)}`,
      `This is about “${frame.organization}” at ${frame.title}.`,
      `${frame.publicUrl}/billing`,
    ),
  };
}

function moneyIn(value: unknown): Money {
  const { amount, currency } = (value ?? {}) as Partial<Money>;
  if (typeof amount !== 'string' || typeof currency !== 'string') throw new Error('an event carries no amount');
  return { amount, currency, scale: 6 };
}

function money(value: unknown): string {
  const { amount, currency } = moneyIn(value);
  return moneyText(BigInt(amount), currency);
}

/** A sentence of the portal's or of the payment provider: one line. */
function words(value: unknown): string {
  return String(value ?? '').replace(/\s+/gu, ' ');
}

function scope(payload: Payload): string {
  if (payload.scope === 'organization') return 'by the whole organization';
  return `by the ${words(payload.scope)} “${words(payload.scope_name ?? payload.scope_id)}”`;
}

/** `2026-11-21`: the day in UTC, as everybody reads it alike. */
function day(value: unknown): string {
  return String(value).slice(0, 10);
}

function instant(value: unknown): string {
  return `${day(value)} ${String(value).slice(11, 16)} UTC`;
}
