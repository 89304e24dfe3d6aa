import { idSchema, instantSchema, nullableInstantSchema, operation } from '@portico/plugin-kit/contract';
import {
  OIDC_CODE_LENGTH_MAX,
  OIDC_HINT_LENGTH_MAX,
  OIDC_ISSUER_LENGTH_MAX,
  OIDC_SECRET_LENGTH_MAX,
  RETURN_TO_LENGTH_MAX,
} from './limits';
import { identityProviderSchema, providerIdSchema } from './resources';
import { sessionKindSchema, sessionReplySchema } from './sessions';

const TAG = 'auth';

const returnToSchema = {
  type: 'string',
  minLength: 1,
  maxLength: RETURN_TO_LENGTH_MAX,
  description: 'Where the person goes afterwards: a path of this portal, such as `/workloads?status=active`.',
} as const;

/** What the browser is sent away with. */
const startedSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['authorization_url', 'provider', 'expires_at'],
  properties: {
    authorization_url: { type: 'string', description: 'Where to send the browser, as a whole page.' },
    provider: identityProviderSchema,
    expires_at: { ...instantSchema, description: 'When the person must be back.' },
    flow_token: {
      type: 'string',
      description: 'Of `session: token` only; sent with the answer. With `cookie` the browser holds it in a cookie.',
    },
  },
} as const;

/** What the provider sent the browser back with. */
const answerProperties = {
  code: { type: 'string', minLength: 1, maxLength: OIDC_CODE_LENGTH_MAX },
  state: {
    type: 'string',
    minLength: 1,
    maxLength: OIDC_SECRET_LENGTH_MAX,
    description: 'Of a sign-in it begins with `signin.`, of linking an identity with `link.`: each has its operation.',
  },
  iss: {
    type: 'string',
    minLength: 1,
    maxLength: OIDC_ISSUER_LENGTH_MAX,
    description: 'When the provider sent it (RFC 9207).',
  },
  flow_token: { type: 'string', minLength: 1, maxLength: OIDC_SECRET_LENGTH_MAX },
} as const;

const answerErrors = ['oidc_flow_invalid', 'oidc_answer_invalid', 'service_unavailable'] as const;

export const authorizeOidc = operation({
  id: 'authorizeOidc',
  method: 'GET',
  path: 'auth/oidc/authorize',
  tag: TAG,
  summary: 'Begin to sign in through an identity provider',
  description:
    'The provider is the one named; else the one whose e-mail domains or organization names the hint is among; else the only one there is. The hint is compared with the ' +
    'configuration alone, so nothing is told about accounts. The provider sends the browser to `/login/callback` of the portal, whose query is posted to ' +
    '`auth/oidc/exchange` by the browser that began, within 10 minutes, once.',
  permission: 'public',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      provider: providerIdSchema,
      hint: {
        type: 'string',
        minLength: 1,
        maxLength: OIDC_HINT_LENGTH_MAX,
        description: 'An e-mail address or the short name of an organization.',
      },
      session: sessionKindSchema,
      return_to: returnToSchema,
      prompt: {
        type: 'string',
        enum: ['login'],
        description:
          'Asks the provider to have the person prove who they are again; signing in so makes a session that needs no further confirmation for a while.',
      },
    },
  },
  responses: { 200: startedSchema },
  errors: [
    'oidc_provider_unknown',
    'return_to_invalid',
    'cookie_session_insecure',
    'csrf_token_invalid',
    'service_unavailable',
  ],
});

export const exchangeOidc = operation({
  id: 'exchangeOidc',
  method: 'POST',
  path: 'auth/oidc/exchange',
  tag: TAG,
  summary: 'Sign in with the answer of an identity provider',
  description:
    'Opens the account the identity belongs to; else, where the provider is trusted with addresses, the one account that has verified the same address, linking the two; else makes an ' +
    'account, where the provider may. Memberships that follow from claims are brought up to date.',
  permission: 'public',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['code', 'state'],
    properties: { ...answerProperties, session: sessionKindSchema },
  },
  responses: {
    200: {
      ...sessionReplySchema,
      required: [...sessionReplySchema.required, 'provider', 'return_to'],
      properties: {
        ...sessionReplySchema.properties,
        provider: identityProviderSchema,
        return_to: { type: ['string', 'null'], description: 'The path asked for at the beginning.' },
      },
    },
  },
  errors: [
    ...answerErrors,
    'oidc_account_unknown',
    'oidc_account_disabled',
    'cookie_session_insecure',
    'csrf_token_invalid',
  ],
});

export const getOidcLogoutUrl = operation({
  id: 'getOidcLogoutUrl',
  method: 'GET',
  path: 'auth/oidc/logout-url',
  tag: TAG,
  summary: 'Where to end the session at the identity provider too',
  description:
    'Asked for before `auth/logout`; the browser is sent there, as a whole page, after it, and comes back to `/login`. Null for a session that no provider opened, or whose ' +
    'provider has no such page or does not answer.',
  permission: 'authenticated',
  proof: 'session',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['end_session_url'],
      properties: { end_session_url: { type: ['string', 'null'] } },
    },
  },
  errors: [],
});

const identitySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['identity_id', 'provider', 'email', 'created_at', 'last_used_at'],
  properties: {
    identity_id: idSchema,
    provider: identityProviderSchema,
    email: { type: ['string', 'null'], description: 'As the provider last called the person.' },
    created_at: instantSchema,
    last_used_at: nullableInstantSchema,
  },
} as const;

export const listIdentities = operation({
  id: 'listIdentities',
  method: 'GET',
  path: 'account/identities',
  tag: TAG,
  summary: 'Identity providers I can sign in through',
  description: 'All of them, oldest first.',
  permission: 'authenticated',
  proof: 'session',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['items', 'next_cursor'],
      properties: {
        items: { type: 'array', items: identitySchema },
        next_cursor: { type: 'null', description: 'There is one page.' },
      },
    },
  },
  errors: [],
});

export const authorizeIdentity = operation({
  id: 'authorizeIdentity',
  method: 'POST',
  path: 'account/identities/authorize',
  tag: TAG,
  summary: 'Begin to link an identity to my account',
  description:
    'As `auth/oidc/authorize`; the provider sends the browser to the same page, where the state begins with `link.`, and the answer is posted to `account/identities`.',
  permission: 'authenticated',
  proof: 'fresh',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['provider'],
    properties: { provider: providerIdSchema, return_to: returnToSchema },
  },
  responses: { 200: startedSchema },
  errors: ['oidc_provider_unknown', 'return_to_invalid', 'service_unavailable'],
});

export const linkIdentity = operation({
  id: 'linkIdentity',
  method: 'POST',
  path: 'account/identities',
  tag: TAG,
  summary: 'Link an identity to my account with the answer of its provider',
  description: 'From then on one can sign in through it. An identity that is linked to this account already stays so.',
  permission: 'authenticated',
  proof: 'fresh',
  idempotency: 'accepted',
  body: { type: 'object', additionalProperties: false, required: ['code', 'state'], properties: answerProperties },
  responses: {
    201: {
      ...identitySchema,
      required: [...identitySchema.required, 'return_to'],
      properties: { ...identitySchema.properties, return_to: { type: ['string', 'null'] } },
    },
  },
  errors: [...answerErrors, 'identity_in_use', 'identity_limit_reached'],
});

export const unlinkIdentity = operation({
  id: 'unlinkIdentity',
  method: 'DELETE',
  path: 'account/identities/{identity_id}',
  tag: TAG,
  summary: 'Remove an identity from my account',
  description: 'Sessions that were opened through it stay; the last way to sign in cannot be removed.',
  permission: 'authenticated',
  proof: 'fresh',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['identity_id'],
    properties: { identity_id: idSchema },
  },
  responses: { 204: null },
  errors: ['not_found', 'identity_is_last'],
});
