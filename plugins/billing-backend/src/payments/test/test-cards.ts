import type { SavedMethod } from '../payment-provider';

/** The test cards one can pay with, by their last four digits, and the bank account of what takes days; they behave as Stripe’s of the same digits. */
export const TEST_CARDS = {
  '4242': { brand: 'visa' },
  /** Saved without a word, declined when it is charged with nobody there. */
  '0341': { brand: 'visa' },
  /** A refund to it fails. */
  '5126': { brand: 'visa' },
  /** Its owner disputes every payment. */
  '0259': { brand: 'visa' },
  '3000': { brand: 'sepa_debit' },
} as const satisfies Record<string, { brand: string }>;
export type TestCard = keyof typeof TEST_CARDS;

export const BANK_ACCOUNT: TestCard = '3000';
const EXPIRES = { expiresMonth: 12, expiresYear: 2040 } as const;

export function testMethod(methodId: string, card: TestCard): SavedMethod {
  const { brand } = TEST_CARDS[card];
  const expiry = card === BANK_ACCOUNT ? { expiresMonth: null, expiresYear: null } : EXPIRES;
  return { methodId, brand, last4: card, ...expiry };
}

/** What a refusal is called, and what it says to the payer. */
export const TEST_FAILURES = {
  card_declined: 'Your card was declined.',
  insufficient_funds: 'Your card has insufficient funds.',
  bounced: 'The bank did not pay: the debit came back.',
} as const;
export type TestFailure = keyof typeof TEST_FAILURES;
