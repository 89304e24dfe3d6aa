import { defineErrors } from '@portico/plugin-kit/contract';

export const billingErrors = defineErrors({
  insufficient_balance: {
    status: 402,
    sentence: 'The available balance does not cover this; details say how much is missing.',
  },
  currency_mismatch: { status: 422, sentence: 'The account is kept in another currency; details name it.' },
  amount_invalid: { status: 422, sentence: 'An amount to credit is greater than zero and within the ledger’s limit.' },
  period_invalid: { status: 422, sentence: 'The period ends before it begins.' },
});
