import { defineErrors } from '@portico/plugin-kit/contract';

export const billingErrors = defineErrors({
  insufficient_balance: {
    status: 402,
    sentence: 'The available balance does not cover this; details say how much is missing.',
  },
  currency_mismatch: { status: 422, sentence: 'The account is kept in another currency; details name it.' },
  amount_invalid: { status: 422, sentence: 'An amount to credit is greater than zero and within the ledger’s limit.' },
  amount_not_payable: {
    status: 422,
    sentence:
      'The amount has a fraction smaller than the smallest coin of its currency; details name how many decimals it may have.',
  },
  amount_out_of_range: { status: 422, sentence: 'The amount is outside the limits; details name them.' },
  payments_unavailable: {
    status: 503,
    sentence: 'The payment provider cannot be reached; nothing was charged. Try again in a moment.',
  },
  period_invalid: { status: 422, sentence: 'The period ends before it begins.' },
});
