/** `billing.payments.stripe`: keys of an account at Stripe. Whole or not at all. */
export const stripeSettingsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['secretKey', 'webhookSecret'],
  description: 'Where payments are taken by Stripe.',
  properties: {
    secretKey: {
      type: 'string',
      pattern: '^[rs]k_(live|test)_[A-Za-z0-9_]{4,240}$',
      description:
        'A secret key, or better a restricted one with what `docs/operating/payments.md` lists. `…_test_…` takes test cards and no money.',
    },
    webhookSecret: {
      type: 'string',
      pattern: '^whsec_[A-Za-z0-9+/=_]{4,240}$',
      description: 'The signing secret of the webhook endpoint.',
    },
    apiBase: {
      type: 'string',
      // In the clear only to this machine: the key goes with every request.
      pattern: '^(https://[A-Za-z0-9.-]+|http://(127[.]0[.]0[.]1|localhost))(:[0-9]{1,5})?$',
      description: 'Where the API is, when not at Stripe: a stand-in for tests, or a proxy.',
    },
  },
} as const;
