import {
  idSchema,
  instantSchema,
  moneySchema,
  nameSchema,
  nullableIdSchema,
  operation,
} from '@portico/plugin-kit/contract';
import { PASSWORD_LENGTH_MAX, USERNAME_PATTERN } from './limits';
import {
  accountCurrencySchema,
  emailSchema,
  identityProviderSchema,
  organizationSchema,
  projectSchema,
  userSchema,
} from './resources';
import { csrfProperties, sessionKindSchema, sessionReplySchema, tokenProperties } from './sessions';
import { invitationTokenSchema } from './text-schemas';

const TAG = 'auth';

export const getSignInOptions = operation({
  id: 'getSignInOptions',
  method: 'GET',
  path: 'auth/options',
  tag: TAG,
  summary: 'How one may sign in here',
  description: 'What a sign-in page needs before anybody is known: whether accounts can be made, and by which rules.',
  permission: 'public',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['sign_up', 'methods', 'providers', 'password_length_min'],
      properties: {
        sign_up: { type: 'string', enum: ['open', 'closed'] },
        methods: {
          type: 'array',
          items: { type: 'string', enum: ['personal', 'work', 'passkey'] },
          description:
            '`personal`: by user name and password; `work`: through one of the providers; `passkey`: where browsers make passkeys for this portal.',
        },
        providers: {
          type: 'array',
          items: identityProviderSchema,
          description: 'Identity providers, in the order to show them; `GET auth/oidc/authorize` begins with one.',
        },
        password_length_min: { type: 'integer' },
      },
    },
  },
  errors: [],
});

export const signUp = operation({
  id: 'signUp',
  method: 'POST',
  path: 'auth/personal/signup',
  tag: TAG,
  summary: 'Make a personal account and sign in',
  description:
    'Makes the user, an organization of their own with its default department and default project, its account with the trial credit, and a ' +
    'session, all or nothing. User names are told apart without regard to case. With the token of an invitation it works also where sign-up is closed, and accepts ' +
    'the invitation; one that is for an address takes the link sent there, and the account gets the address.',
  permission: 'public',
  idempotency: 'accepted',
  secretReply: true,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['username', 'password'],
    properties: {
      username: {
        type: 'string',
        pattern: USERNAME_PATTERN,
        description: '3 to 32 letters, digits, dots, underscores and hyphens.',
      },
      password: { type: 'string', minLength: 1, maxLength: PASSWORD_LENGTH_MAX },
      display_name: nameSchema,
      email: emailSchema,
      currency: accountCurrencySchema,
      invitation_token: invitationTokenSchema,
      session: sessionKindSchema,
    },
  },
  responses: { 201: sessionReplySchema },
  errors: [
    'sign_up_closed',
    'username_taken',
    'password_too_weak',
    'currency_not_offered',
    'invitation_unknown',
    'invitation_used',
    'invitation_expired',
    'invitation_revoked',
    'invitation_void',
    'invitation_for_another',
    'cookie_session_insecure',
    'csrf_token_invalid',
    'service_unavailable',
  ],
});

export const signIn = operation({
  id: 'signIn',
  method: 'POST',
  path: 'auth/personal/login',
  tag: TAG,
  summary: 'Sign in with user name and password',
  description:
    'An unknown user name and a wrong password are answered alike, in the same time. Attempts are counted per account and address. ' +
    'Who has a second factor is answered `second_factor_needed`, with a challenge in its details to go on with at `POST auth/second-factor`; no session is open until then.',
  permission: 'public',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['username', 'password'],
    properties: {
      username: { type: 'string', minLength: 1, maxLength: 128 },
      password: { type: 'string', minLength: 1, maxLength: PASSWORD_LENGTH_MAX },
      session: sessionKindSchema,
    },
  },
  responses: { 200: sessionReplySchema },
  errors: [
    'credentials_invalid',
    'second_factor_needed',
    'cookie_session_insecure',
    'csrf_token_invalid',
    'rate_limited',
    'service_unavailable',
  ],
});

export const refreshToken = operation({
  id: 'refreshToken',
  method: 'POST',
  path: 'auth/token/refresh',
  tag: TAG,
  summary: 'Exchange a refresh token for the next pair',
  description:
    'Each refresh token is good once. One that was used before ends its session for good (`session_revoked`), because two parties hold it: a ' +
    'client whose reply was lost signs in again, and nothing else of the account is touched. A browser sends an empty object ' +
    'to rotate its cookie, which `GET me` also does by itself.',
  permission: 'public',
  body: {
    type: 'object',
    additionalProperties: false,
    properties: { refresh_token: { type: 'string', minLength: 1, maxLength: 256 } },
  },
  responses: {
    200: { type: 'object', additionalProperties: false, properties: { ...tokenProperties, ...csrfProperties } },
  },
  errors: ['refresh_token_invalid', 'session_revoked', 'csrf_token_invalid'],
});

export const signOut = operation({
  id: 'signOut',
  method: 'POST',
  path: 'auth/logout',
  tag: TAG,
  summary: 'End this session',
  description:
    'Its tokens and its cookie stop working at once; terminals, SSH connections and event streams opened under it close within seconds.',
  permission: 'authenticated',
  proof: 'session',
  responses: { 204: null },
  errors: [],
});

export const getMe = operation({
  id: 'getMe',
  method: 'GET',
  path: 'me',
  tag: TAG,
  summary: 'Who I am, where, and what I may do',
  description:
    '`permissions` are those in the active project, platform permissions included: show what they allow, never ask for a role.',
  permission: 'authenticated',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: [
        'user',
        'organization',
        'active_project_id',
        'default_project',
        'organizations',
        'projects',
        'permissions',
        'restriction',
        'support',
        'first_run',
      ],
      properties: {
        user: userSchema,
        organization: organizationSchema,
        active_project_id: idSchema,
        default_project: projectSchema,
        projects: {
          type: 'array',
          items: projectSchema,
          description:
            'Of the organization, as far as the caller may see them, for the selector; at most 200, then `GET projects` pages on.',
        },
        organizations: {
          type: 'array',
          description: 'Every organization the user belongs to, oldest membership first, to switch between.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['organization_id', 'name', 'role', 'project_id'],
            properties: {
              organization_id: idSchema,
              name: { type: 'string' },
              role: { type: 'string' },
              project_id: {
                ...nullableIdSchema,
                description: 'A project of it the caller may see, to send as `X-Project-Id`; null when there is none.',
              },
            },
          },
        },
        permissions: { type: 'array', items: { type: 'string' } },
        restriction: {
          type: ['string', 'null'],
          enum: ['second_factor_required', 'auth_enterprise_required', null],
          description:
            'What the organization demands of a sign-in and this one lacks; every operation of the organization is refused with it.',
        },
        support: {
          type: ['object', 'null'],
          description: 'Present while one looks into the organization for support.',
          additionalProperties: false,
          required: ['support_session_id', 'reason', 'expires_at'],
          properties: { support_session_id: idSchema, reason: { type: 'string' }, expires_at: instantSchema },
        },
        ...csrfProperties,
        first_run: {
          type: 'object',
          description: 'What decides where a newcomer is led first.',
          additionalProperties: false,
          required: ['available', 'ssh_key_count'],
          properties: {
            available: {
              ...moneySchema,
              type: ['object', 'null'],
              description:
                'Money available to the organization; null without an account, or when the caller may not see it.',
            },
            ssh_key_count: { type: 'integer' },
          },
        },
      },
    },
  },
  errors: [],
});
