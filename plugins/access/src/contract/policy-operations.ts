import {
  idSchema,
  moneySchema,
  nullableIdSchema,
  nullableInstantSchema,
  operation,
} from '@portico/plugin-kit/contract';
import { POLICY_PREVIEW_ITEMS_MAX } from './limits';
import { ownPolicyLevels, platformPolicyLevels, policyLevels, policyNames } from './policies';
import { policyValueSchema } from './policy-values';

const TAG = 'policies';
/** Characters of a value as JSON in a query: a list of the longest ids there may be. */
const VALUE_TEXT_MAX = 16_384;
const policyParams = {
  type: 'object',
  additionalProperties: false,
  required: ['policy'],
  properties: { policy: { type: 'string', enum: policyNames } },
} as const;

/** Plans are names; one is there as soon as a policy is set for it. */
const planSchema = { type: 'string', minLength: 1, maxLength: 40, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' } as const;
/** A project, user, organization or plan, as the level says. */
const subjectSchema = { type: 'string', minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' } as const;
const ownLevelSchema = {
  type: 'string',
  enum: ownPolicyLevels,
  description: 'For the whole organization, one project or one member of it.',
} as const;
const platformLevelSchema = {
  type: 'string',
  enum: platformPolicyLevels,
  description:
    'For everybody, for the organizations of a plan, or, as an agreement, for one organization. The nearest one that is set counts.',
} as const;
const ownSubjectSchema = {
  ...subjectSchema,
  description: 'The project or the user; absent for the organization.',
} as const;
const platformSubjectSchema = {
  ...subjectSchema,
  description: 'The plan or the organization; absent for the platform.',
} as const;
const valueTextSchema = {
  type: 'string',
  minLength: 1,
  maxLength: VALUE_TEXT_MAX,
  description: 'The new value as JSON text; absent: what resetting it would do.',
} as const;

const nullablePolicyValueSchema = {
  description: 'Null: nothing is limited, demanded or given.',
  anyOf: [{ type: 'null' }, ...policyValueSchema.anyOf],
} as const;

const setValueSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['level', 'subject_id', 'value', 'set_by', 'set_by_name', 'set_at'],
  properties: {
    level: { type: 'string', enum: [...policyLevels, 'default'] },
    subject_id: {
      type: ['string', 'null'],
      description: 'The user, project, organization or plan; null for the platform and the default.',
    },
    value: nullablePolicyValueSchema,
    set_by: { ...nullableIdSchema, description: 'The user who set it, as far as it is known.' },
    set_by_name: { type: ['string', 'null'] },
    set_at: nullableInstantSchema,
  },
} as const;

const policySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['policy', 'kind', 'unit', 'title', 'sentence', 'levels', 'per', 'value', 'source', 'chain'],
  properties: {
    policy: { type: 'string', enum: policyNames },
    kind: { type: 'string', enum: ['count', 'duration', 'flag', 'list', 'names', 'money', 'spend'] },
    unit: { type: ['string', 'null'] },
    title: { type: 'string' },
    sentence: { type: 'string' },
    levels: {
      type: 'array',
      items: { type: 'string', enum: policyLevels },
      description: 'Where it can be set, from the narrowest to the widest.',
    },
    per: {
      type: 'string',
      enum: ['subject', 'everyone'],
      description:
        '`subject`: each level’s value limits what its own subject uses, and every one of them holds. `everyone`: the value applies.',
    },
    value: {
      ...nullablePolicyValueSchema,
      description:
        'What applies: the tightest of those in the chain that count. Null: nothing is limited, demanded or given.',
    },
    source: {
      type: 'object',
      additionalProperties: false,
      required: ['level', 'subject_id'],
      description: 'Where the value that applies was set.',
      properties: {
        level: { type: 'string', enum: [...policyLevels, 'default'] },
        subject_id: { type: ['string', 'null'] },
      },
    },
    chain: {
      type: 'array',
      items: setValueSchema,
      description:
        'What is set at each level, from the narrowest to the default. Of `agreement`, `plan`, `platform` and `default` the first one counts; ' +
        'those of `user`, `project` and `organization` tighten it.',
    },
  },
} as const;

const policyListSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['items', 'currency', 'plan', 'next_cursor'],
  properties: {
    items: { type: 'array', items: policySchema },
    plan: {
      type: ['string', 'null'],
      description: 'Of the organization, or the one asked for; null for the platform.',
    },
    currency: { type: 'string', description: 'Of the account: what amounts are set in.' },
    next_cursor: { type: 'null', description: 'There is one page.' },
  },
} as const;

const affectedSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['before', 'after', 'organizations', 'projects', 'members', 'running', 'beyond', 'beyond_items'],
  properties: {
    before: { ...nullablePolicyValueSchema, description: 'What applies to the subject now.' },
    after: { ...nullablePolicyValueSchema, description: 'What would apply.' },
    organizations: { type: 'integer', description: 'Organizations it reaches.' },
    projects: { type: 'integer', description: 'Projects it reaches.' },
    members: { type: 'integer', description: 'People it reaches.' },
    running: { type: 'integer', description: 'Allocations of theirs that run or are being provisioned.' },
    beyond: {
      type: 'integer',
      description:
        'Of what runs, how much would not be launched any more under the new value. Nothing of it is ended: policies decide about launches. Of `idle_limit_seconds`, ' +
        'how much has been idle for longer already: it is released five minutes after that was announced, unless it is used.',
    },
    beyond_items: {
      type: 'array',
      maxItems: POLICY_PREVIEW_ITEMS_MAX,
      description: 'The first of them, newest first.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['allocation_id', 'name', 'organization_id', 'project_id', 'user_id', 'gpu_count', 'price_per_hour'],
        properties: {
          allocation_id: idSchema,
          name: { type: 'string' },
          organization_id: idSchema,
          project_id: idSchema,
          user_id: idSchema,
          gpu_count: { type: 'integer' },
          price_per_hour: moneySchema,
        },
      },
    },
  },
} as const;

const ownSetting = {
  type: 'object',
  additionalProperties: false,
  required: ['level', 'value'],
  properties: { level: ownLevelSchema, subject_id: ownSubjectSchema, value: policyValueSchema },
} as const;
const platformSetting = {
  type: 'object',
  additionalProperties: false,
  required: ['level', 'value'],
  properties: { level: platformLevelSchema, subject_id: platformSubjectSchema, value: policyValueSchema },
} as const;
const settingErrors = ['not_found', 'policy_level_unsupported', 'policy_value_invalid'] as const;

export const listPolicies = operation({
  id: 'listPolicies',
  method: 'GET',
  path: 'policies',
  tag: TAG,
  summary: 'The policies that apply, and where each was set',
  description:
    'To the caller in the active project; to a member, a project of the organization, or a member in a project when those are named. ' +
    'With `scope=organization`, to the organization as a whole.',
  permission: 'access.policy.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      user_id: idSchema,
      project_id: idSchema,
      scope: { type: 'string', enum: ['organization'] },
    },
  },
  responses: { 200: policyListSchema },
  errors: ['not_found'],
});

export const setPolicy = operation({
  id: 'setPolicy',
  method: 'PUT',
  path: 'policies/{policy}',
  tag: TAG,
  summary: 'Set a policy for the organization, a project or a member',
  description:
    'Decides about launches and sign-ins from now on; nothing that runs is ended by it, but for terminal and SSH connections older than `terminal_session_seconds` and what is idle for longer than `idle_limit_seconds`. It can only tighten what is set further out.',
  permission: 'access.policy.manage',
  proof: 'fresh_or_key',
  params: policyParams,
  body: ownSetting,
  responses: { 200: policySchema },
  errors: [...settingErrors, 'policy_loosens', 'sign_in_demand_unmet'],
});

export const resetPolicy = operation({
  id: 'resetPolicy',
  method: 'DELETE',
  path: 'policies/{policy}',
  tag: TAG,
  summary: 'Take back what was set for the organization, a project or a member',
  description: 'What is set further out applies again. Taking back what is not set changes nothing.',
  permission: 'access.policy.manage',
  proof: 'fresh_or_key',
  params: policyParams,
  query: {
    type: 'object',
    additionalProperties: false,
    required: ['level'],
    properties: { level: ownLevelSchema, subject_id: ownSubjectSchema },
  },
  responses: { 200: policySchema },
  errors: ['not_found', 'policy_level_unsupported'],
});

export const previewPolicy = operation({
  id: 'previewPolicy',
  method: 'GET',
  path: 'policies/{policy}/preview',
  tag: TAG,
  summary: 'Whom a new value would affect',
  description: 'Refuses what setting it would refuse, and changes nothing.',
  permission: 'access.policy.read',
  params: policyParams,
  query: {
    type: 'object',
    additionalProperties: false,
    required: ['level'],
    properties: { level: ownLevelSchema, subject_id: ownSubjectSchema, value: valueTextSchema },
  },
  responses: { 200: affectedSchema },
  errors: [...settingErrors, 'policy_loosens'],
});

export const listPlatformPolicies = operation({
  id: 'listPlatformPolicies',
  method: 'GET',
  path: 'admin/policies',
  tag: TAG,
  summary: 'The policies of the platform, a plan or an organization',
  description:
    'Of the platform; of a plan or, with what its own people have set, of an organization when one is named.',
  permission: 'access.policy.manage_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { plan: planSchema, organization_id: idSchema },
  },
  responses: { 200: policyListSchema },
  errors: ['not_found'],
});

export const setPlatformPolicy = operation({
  id: 'setPlatformPolicy',
  method: 'PUT',
  path: 'admin/policies/{policy}',
  tag: TAG,
  summary: 'Set a policy for everybody, a plan or one organization',
  description:
    'Replaces what is set further out, up or down. What organizations have set for themselves tightens it as before.',
  permission: 'access.policy.manage_any',
  proof: 'fresh_or_key',
  params: policyParams,
  body: platformSetting,
  responses: { 200: policySchema },
  errors: [...settingErrors, 'sign_in_demand_unmet'],
});

export const resetPlatformPolicy = operation({
  id: 'resetPlatformPolicy',
  method: 'DELETE',
  path: 'admin/policies/{policy}',
  tag: TAG,
  summary: 'Take back what was set for everybody, a plan or one organization',
  permission: 'access.policy.manage_any',
  proof: 'fresh_or_key',
  params: policyParams,
  query: {
    type: 'object',
    additionalProperties: false,
    required: ['level'],
    properties: { level: platformLevelSchema, subject_id: platformSubjectSchema },
  },
  responses: { 200: policySchema },
  errors: ['not_found', 'policy_level_unsupported'],
});

export const previewPlatformPolicy = operation({
  id: 'previewPlatformPolicy',
  method: 'GET',
  path: 'admin/policies/{policy}/preview',
  tag: TAG,
  summary: 'Whom a new value of the platform would affect',
  permission: 'access.policy.manage_any',
  params: policyParams,
  query: {
    type: 'object',
    additionalProperties: false,
    required: ['level'],
    properties: { level: platformLevelSchema, subject_id: platformSubjectSchema, value: valueTextSchema },
  },
  responses: { 200: affectedSchema },
  errors: settingErrors,
});

export const listPlans = operation({
  id: 'listPlans',
  method: 'GET',
  path: 'admin/plans',
  tag: TAG,
  summary: 'The plans there are',
  description: 'The standard one, those a policy is set for and those an organization has, by name.',
  permission: 'access.policy.manage_any',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['items', 'next_cursor'],
      properties: {
        items: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['plan', 'organizations', 'policies'],
            properties: {
              plan: { type: 'string' },
              organizations: { type: 'integer', description: 'How many have it.' },
              policies: { type: 'integer', description: 'How many are set for it.' },
            },
          },
        },
        next_cursor: { type: 'null', description: 'There is one page.' },
      },
    },
  },
  errors: [],
});

export const setOrganizationPlan = operation({
  id: 'setOrganizationPlan',
  method: 'PUT',
  path: 'admin/organizations/{organization_id}/plan',
  tag: TAG,
  summary: 'Give an organization a plan',
  permission: 'access.policy.manage_any',
  proof: 'fresh_or_key',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['organization_id'],
    properties: { organization_id: idSchema },
  },
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['plan'],
    properties: {
      plan: { ...planSchema, description: '`standard` is the one without policies of its own until some are set.' },
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['organization_id', 'plan'],
      properties: { organization_id: idSchema, plan: { type: 'string' } },
    },
  },
  errors: ['not_found', 'plan_unknown'],
});
