/** Characters of what an operator writes for a claim, a domain or a slug. */
const WORD_LENGTH_MAX = 200;
const words = (description: string) =>
  ({
    type: 'array',
    maxItems: 100,
    uniqueItems: true,
    items: { type: 'string', minLength: 1, maxLength: WORD_LENGTH_MAX },
    default: [],
    description,
  }) as const;

/** Identity providers people may sign in through, `access.oidc` of the configuration. */
export const oidcSettingsSchema = {
  type: 'object',
  description: 'Signing in through identity providers of organizations (OpenID Connect).',
  additionalProperties: false,
  required: ['providers'],
  properties: {
    providers: {
      type: 'array',
      maxItems: 50,
      default: [],
      description: 'In the order the sign-in page shows them.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'label', 'issuer', 'clientId'],
        properties: {
          id: {
            type: 'string',
            pattern: '^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$',
            description:
              'Stands in accounts, sessions and audit rows; do not change it, and never give it to another provider.',
          },
          label: { type: 'string', minLength: 1, maxLength: 60, description: 'What the button says.' },
          issuer: {
            type: 'string',
            format: 'uri',
            maxLength: 500,
            description: 'The issuer exactly as its discovery document names it: https://id.example.com/realms/main.',
          },
          clientId: { type: 'string', minLength: 1, maxLength: 500, description: 'As registered at the provider.' },
          clientSecret: {
            type: 'string',
            minLength: 1,
            maxLength: 1000,
            description: 'Secret. Without it the portal is a public client, which PKCE alone protects.',
          },
          scopes: {
            type: 'array',
            maxItems: 30,
            uniqueItems: true,
            items: { type: 'string', pattern: '^[\\u0021\\u0023-\\u005b\\u005d-\\u007e]{1,100}$' },
            default: ['openid', 'profile', 'email'],
            description: 'Asked of the provider; `openid` is always among them.',
          },
          domains: words('E-mail domains whose people are led to this provider: [example.com]. A hint, no permission.'),
          organizationSlugs: words(
            'Short names of organizations that lead to this provider when typed instead of an address. A hint, no permission.',
          ),
          memberships: {
            type: 'array',
            maxItems: 100,
            default: [],
            description:
              'Memberships that follow from claims of the ID token, made, changed and ended at every sign-in. Of several that match for one organization the first counts.',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['claim', 'value', 'organization', 'role'],
              properties: {
                claim: {
                  type: 'string',
                  minLength: 1,
                  maxLength: WORD_LENGTH_MAX,
                  description: 'Name of the claim, such as `groups`.',
                },
                value: {
                  type: 'string',
                  minLength: 1,
                  maxLength: WORD_LENGTH_MAX,
                  description: 'What the claim is, or has among its values.',
                },
                organization: {
                  type: 'string',
                  minLength: 1,
                  maxLength: WORD_LENGTH_MAX,
                  description:
                    'Id (`org_…`) of the organization, or its short name (slug), which whoever administers it may give up and somebody else may take.',
                },
                role: {
                  type: 'string',
                  enum: ['admin', 'member', 'viewer', 'billing', 'security', 'guest'],
                  description: 'The role there. Owners are made by owners alone.',
                },
              },
            },
          },
          signUp: {
            type: 'string',
            enum: ['open', 'closed'],
            default: 'closed',
            description:
              'Whether somebody nobody knows yet gets an account by signing in. Closed: `oidc_account_unknown`.',
          },
          trustEmail: {
            type: 'boolean',
            default: false,
            description:
              'Whether an address this provider calls verified opens the account that has verified the same address. Only for a provider that hands out the addresses itself.',
          },
          allowInsecure: {
            type: 'boolean',
            default: false,
            description: 'Whether the issuer may be plain HTTP; on a loopback address only, for trying things out.',
          },
        },
      },
    },
  },
  default: {},
} as const;
