import { defineErrors } from '@portico/plugin-kit/contract';

export const billingErrors = defineErrors({
  insufficient_balance: {
    status: 402,
    sentence: 'The available balance does not cover this; details say how much is missing.',
  },
  currency_mismatch: { status: 422, sentence: 'The account is kept in another currency; details name it.' },
  amount_invalid: { status: 422, sentence: 'The amount is not more than zero, or is beyond the ledger’s limit.' },
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
  period_too_long: {
    status: 422,
    sentence:
      'The period has more hours, days or months than are shown at once; details say how many may be asked for.',
  },
  entry_not_reversible: {
    status: 409,
    sentence:
      'Only credits that nobody paid for and that have not run out can be reversed; details name the kind of this entry. A payment is refunded instead.',
  },
  entry_already_reversed: { status: 409, sentence: 'This entry was reversed before; details name the reversal.' },
  ledger_export_not_narrowable: {
    status: 422,
    sentence:
      'Only a whole ledger can be verified, so JSON Lines take no period; ask for format=csv, or leave the period out.',
  },
  refund_payment_not_completed: {
    status: 409,
    sentence: 'Only a payment that was completed can be given back.',
  },
  refund_payment_disputed: {
    status: 409,
    sentence: 'This payment is disputed at its bank, which decides now where the money goes.',
  },
  refund_exceeds_payment: {
    status: 422,
    sentence: 'This is more than what is left of the payment; details say how much that is.',
  },
  refund_waits_already: {
    status: 409,
    sentence: 'A refund of this payment waits for a decision already; details name it.',
  },
  refund_outcome_changed: {
    status: 409,
    sentence: 'It would become something else than was previewed; details say what. Look again.',
  },
  refund_waits_not: {
    status: 409,
    sentence: 'This refund does not wait for that; details say what it waits for, if for anything.',
  },
  refund_needs_another_person: {
    status: 403,
    sentence:
      'Somebody else has to do this: nobody decides on a refund they asked for, or approves their own decision.',
  },
  refund_not_possible: {
    status: 409,
    sentence: 'The money cannot go back to the card any more; the message says why. Give it as a credit, or reject it.',
  },
  payments_disputed: {
    status: 403,
    sentence: 'A payment of this organization is disputed at its bank; nothing can be launched until that is settled.',
  },
  payments_off: {
    status: 409,
    sentence: 'This portal takes no payments: no payment provider is configured.',
  },
  payment_refused: {
    status: 422,
    sentence: 'The payment provider does not take this payment; details have its reason. Nothing was charged.',
  },
  payment_portal_missing: {
    status: 409,
    sentence:
      'The payment provider’s pages for cards and receipts are not switched on yet; whoever runs this portal can.',
  },
  payment_not_cancellable: {
    status: 409,
    sentence: 'This payment is already in the hands of a bank; it cannot be given up any more.',
  },
  payment_method_unknown: { status: 422, sentence: 'There is no such saved payment method; it may have been removed.' },
  deposit_limit_reached: {
    status: 422,
    sentence: 'The organization may not pay in more than so much within 24 hours; details say how much is left.',
  },
  auto_top_up_incomplete: {
    status: 422,
    sentence:
      'Automatic top-up needs a threshold, an amount, a monthly limit that is no less, and a method; details name what is missing.',
  },
  test_checkout_ended: {
    status: 409,
    sentence: 'This is over, or was not begun; look again at how the checkout stands.',
  },
  webhook_signature_invalid: {
    status: 400,
    sentence: 'The message is not signed with the secret that was agreed on, or is too old.',
  },
  currency_not_offered: {
    status: 422,
    sentence: 'Accounts are not kept in this currency here; details name those that are.',
  },
  currency_in_use: {
    status: 409,
    sentence: 'There are amounts in this currency already, so it stays; another organization can be kept in another.',
  },
  alert_later_than_platform: {
    status: 422,
    sentence: 'The platform warns earlier than this; choose the same or earlier. Details name what it is.',
  },
  alert_order_invalid: { status: 422, sentence: 'The notice comes before the warning, or together with it.' },
  alert_recipient_unsuitable: {
    status: 422,
    sentence:
      'Messages about money go to members who may see every movement of it and have confirmed an address; details name who is not among them.',
  },
  voucher_not_found: { status: 404, sentence: 'There is no voucher with this code that can be redeemed.' },
  voucher_redeemed: {
    status: 409,
    sentence: 'This voucher is redeemed already; details say when.',
  },
  voucher_redeem_by_past: { status: 422, sentence: 'The last day to redeem lies in the past.' },
  period_invalid: { status: 422, sentence: 'The period ends before it begins.' },
  budget_scope_invalid: {
    status: 422,
    sentence: 'A budget of the organization has no scope_id; every other one names whose spending it is about.',
  },
  budget_exists: { status: 409, sentence: 'There is a budget for this already; details name it.' },
  budget_limit_reached: { status: 409, sentence: 'There are as many budgets as an organization may have.' },
});
