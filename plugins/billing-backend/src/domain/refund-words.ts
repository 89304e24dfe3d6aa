import type { Micros } from '@portico/plugin-kit/contract';
import { moneyText } from './currency';
import type { Obstacle, RefundOutcome } from './refund';

/** What becomes of a refund, in words for the people whose money it is. */

export interface Card {
  readonly brand: string;
  readonly last4: string;
}

interface Amount {
  readonly amount: Micros;
  readonly currency: string;
}

export interface RefundLimits {
  readonly windowDays: number;
  readonly fourEyesAbove: Micros;
}

const BRANDS: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
  sepa_debit: 'the bank account',
};
const BANK_DAYS = 'banks take 5 to 10 days to show it.';

/** `Visa •••• 4242`. */
export function cardText(card: Card | null): string {
  return card === null ? 'what it was paid with' : `${BRANDS[card.brand] ?? card.brand} •••• ${card.last4}`;
}

const money = ({ amount, currency }: Amount) => moneyText(amount, currency);

export function onItsWay(refund: Amount & { card: Card | null }): string {
  return `${money(refund)} goes back to ${cardText(refund.card)}; ${BANK_DAYS}`;
}

export function sent(refund: Amount & { card: Card | null }): string {
  return `${money(refund)} was sent back to ${cardText(refund.card)}; ${BANK_DAYS}`;
}

export function cameBack(refund: Amount & { card: Card | null }): string {
  return `${money(refund)} could not be sent to ${cardText(refund.card)}; it is in the balance again.`;
}

export function credited(refund: Amount, because: string | null): string {
  const text = `${money(refund)} was added to the balance as a credit; nothing goes back to a card`;
  return because === null ? `${text}.` : `${text}, because ${because}.`;
}

export function willBeCredited(refund: Amount, because: string | null): string {
  const text = `${money(refund)} is added to the balance as a credit; nothing goes back to a card`;
  return because === null ? `${text}.` : `${text}, because ${because}.`;
}

export const REJECTED = 'It was declined. Nothing goes back, and nothing was taken from the balance.';

const NOTHING_TAKEN = 'Nothing is taken from the balance until then.';

export function waitsForDecision(because: string): string {
  return `Somebody of the platform decides, because ${because}. ${NOTHING_TAKEN}`;
}

export function waitsForApproval(
  refund: Amount & { card: Card | null; outcome: RefundOutcome; fourEyesAbove: Micros; why: 'amount' | 'sum' },
): string {
  const then =
    refund.outcome === 'provider_refund'
      ? `goes back to ${cardText(refund.card)}`
      : 'is added to the balance as a credit';
  const limit = moneyText(refund.fourEyesAbove, refund.currency);
  const what = refund.why === 'amount' ? `is above ${limit}` : `one person gives back above ${limit} within a day`;
  return `A second person has to approve what ${what}; then ${money(refund)} ${then}. ${NOTHING_TAKEN}`;
}

/** What somebody who takes their money back may not expect. */
export function chargedAgain(threshold: Amount): string {
  return `Automatic top-up is on and charges the card again once the balance is below ${money(threshold)}.`;
}

/** Completes "because …". */
export function because(obstacle: Obstacle, limits: Pick<RefundLimits, 'windowDays'>): string {
  switch (obstacle) {
    case 'no_payment':
      return `no single payment of the last ${limits.windowDays} days has that much left to give back`;
    case 'window_over':
      return `the payment is more than ${limits.windowDays} days old`;
    case 'payment_exceeded':
      return 'that is more than what is left of the payment';
    case 'spent':
      return 'not that much of the money paid in is left unspent and free';
  }
}
