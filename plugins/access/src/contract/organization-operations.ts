import { idSchema, instantSchema, nameSchema, operation } from '@portico/plugin-kit/contract';
import { ORGANIZATION_SLUG_LENGTH_MAX, ORGANIZATION_SLUG_LENGTH_MIN, ORGANIZATION_SLUG_PATTERN } from './limits';
import { accountCurrencySchema, organizationSchema, projectSchema } from './resources';

const TAG = 'organization';

const slugSchema = {
  type: ['string', 'null'],
  minLength: ORGANIZATION_SLUG_LENGTH_MIN,
  maxLength: ORGANIZATION_SLUG_LENGTH_MAX,
  pattern: ORGANIZATION_SLUG_PATTERN,
  description:
    'What people type to find their organization’s way to sign in: 3 to 40 lower-case letters, digits and hyphens, unique on the platform.',
} as const;
const providerSchema = {
  type: ['string', 'null'],
  minLength: 1,
  maxLength: 64,
  pattern: '^[a-z0-9][a-z0-9_-]*$',
  description: 'The identity provider its members must come through; null: any way.',
} as const;

/** The organization as its members see it. */
const organizationDetailSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'organization_id',
    'name',
    'slug',
    'required_provider',
    'requires_second_factor',
    'shows_departments',
    'departments_visible',
    'is_personal',
    'member_count',
    'department_count',
    'created_at',
  ],
  properties: {
    organization_id: idSchema,
    name: { type: 'string' },
    slug: slugSchema,
    required_provider: providerSchema,
    requires_second_factor: { type: 'boolean' },
    shows_departments: { type: 'boolean', description: 'Departments are shown also while there is one.' },
    departments_visible: { type: 'boolean', description: 'Because there are several, or `shows_departments` says so.' },
    is_personal: { type: 'boolean', description: 'It is the caller’s own, made with their account.' },
    member_count: { type: 'integer' },
    department_count: { type: 'integer' },
    created_at: instantSchema,
  },
} as const;

export const getOrganization = operation({
  id: 'getOrganization',
  method: 'GET',
  path: 'organization',
  tag: TAG,
  summary: 'The active organization',
  permission: 'access.project.read',
  responses: { 200: organizationDetailSchema },
  errors: [],
});

export const updateOrganization = operation({
  id: 'updateOrganization',
  method: 'PATCH',
  path: 'organization',
  tag: TAG,
  summary: 'Change the organization',
  description:
    'What is absent stays. A demand on how members sign in counts from their next request on, and only somebody whose own sign-in meets it can make it: ' +
    'otherwise nobody might be left to take it back.',
  permission: 'access.organization.manage',
  proof: 'fresh_or_key',
  body: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      name: nameSchema,
      slug: slugSchema,
      required_provider: providerSchema,
      requires_second_factor: { type: 'boolean' },
      shows_departments: { type: 'boolean' },
    },
  },
  responses: { 200: organizationDetailSchema },
  errors: ['organization_slug_taken', 'organization_slug_reserved', 'sign_in_demand_unmet'],
});

export const createOrganization = operation({
  id: 'createOrganization',
  method: 'POST',
  path: 'organizations',
  tag: TAG,
  summary: 'Make a further organization',
  description:
    'The caller is its owner. It has a default department, a default project and an account of its own, without trial credit.',
  permission: 'authenticated',
  proof: 'session',
  idempotency: 'accepted',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: { name: nameSchema, currency: accountCurrencySchema },
  },
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['organization', 'default_project'],
      properties: { organization: organizationSchema, default_project: projectSchema },
    },
  },
  errors: ['organization_limit_reached', 'currency_not_offered'],
});
