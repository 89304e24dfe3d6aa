import {
  idSchema,
  instantSchema,
  nullableIdSchema,
  nullableInstantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { INVITATION_DAYS_DEFAULT, INVITATION_DAYS_MAX } from './limits';
import { emailSchema } from './resources';
import { heldRoleSchema, organizationRoleSchema, projectRoleSchema } from './roles';
import { invitationTokenSchema } from './text-schemas';

const TAG = 'invitations';

const invitationParams = {
  type: 'object',
  additionalProperties: false,
  required: ['invitation_id'],
  properties: { invitation_id: idSchema },
} as const;

const tokenBody = {
  type: 'object',
  additionalProperties: false,
  required: ['token'],
  properties: { token: invitationTokenSchema },
} as const;

const invitationSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'invitation_id',
    'status',
    'role',
    'project_id',
    'project_role',
    'email',
    'invited_by',
    'created_at',
    'sent_at',
    'expires_at',
    'accepted_at',
    'accepted_by_user_id',
    'revoked_at',
  ],
  properties: {
    invitation_id: idSchema,
    status: { type: 'string', enum: ['open', 'accepted', 'revoked', 'expired'] },
    role: { ...heldRoleSchema, description: 'What whoever accepts becomes in the organization.' },
    project_id: { ...nullableIdSchema, description: 'A project they get a role in beside it.' },
    project_role: { type: ['string', 'null'] },
    email: { type: ['string', 'null'], description: 'The one address it is for; null: whoever has the link.' },
    invited_by: {
      type: 'object',
      additionalProperties: false,
      required: ['user_id', 'username', 'display_name'],
      properties: { user_id: idSchema, username: { type: 'string' }, display_name: { type: 'string' } },
    },
    created_at: instantSchema,
    sent_at: { ...nullableInstantSchema, description: 'When it was last handed to the mail; null without an address.' },
    expires_at: instantSchema,
    accepted_at: nullableInstantSchema,
    accepted_by_user_id: nullableIdSchema,
    revoked_at: nullableInstantSchema,
  },
} as const;

/** An invitation with its link: answered once, when it is made or sent again. */
const issuedInvitationSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['invitation', 'link'],
  properties: {
    invitation: invitationSchema,
    link: {
      type: 'string',
      description:
        '`<public URL>/invitations#<token>`, good once. Shown this once and kept only as a hash. With an address it opens the invitation to the account that has ' +
        'verified it; the link in the mail is another one, which proves the address by itself when somebody signs up with it.',
    },
  },
} as const;

export const listInvitations = operation({
  id: 'listInvitations',
  method: 'GET',
  path: 'invitations',
  tag: TAG,
  summary: 'Invitations of the organization, newest first',
  permission: 'access.member.manage',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      status: { type: 'string', enum: ['open', 'accepted', 'revoked', 'expired'] },
    },
  },
  responses: { 200: pageSchema(invitationSchema) },
  errors: ['cursor_invalid'],
});

export const createInvitation = operation({
  id: 'createInvitation',
  method: 'POST',
  path: 'invitations',
  tag: TAG,
  summary: 'Invite somebody',
  description:
    'The link is answered once; with an e-mail address one is sent there too, and only an account that has verified the address can accept. The inviter must hold ' +
    'what the role grants, now and when it is accepted.',
  permission: 'access.member.manage',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  secretReply: true,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['role'],
    properties: {
      role: organizationRoleSchema,
      project_id: { ...nullableIdSchema, description: 'With `project_role`: a role in this project beside it.' },
      project_role: { ...projectRoleSchema, type: ['string', 'null'], enum: [...projectRoleSchema.enum, null] },
      email: { ...emailSchema, type: ['string', 'null'] },
      expires_in_days: { type: 'integer', minimum: 1, maximum: INVITATION_DAYS_MAX, default: INVITATION_DAYS_DEFAULT },
    },
  },
  responses: { 201: issuedInvitationSchema },
  errors: [
    'not_found',
    'role_beyond_own',
    'invitation_project_incomplete',
    'invitation_already_member',
    'invitation_limit_reached',
    'invitation_mail_limit_reached',
  ],
});

export const resendInvitation = operation({
  id: 'resendInvitation',
  method: 'POST',
  path: 'invitations/{invitation_id}/resend',
  tag: TAG,
  summary: 'Give an invitation a new link and time',
  description:
    'The links before stop working. It lasts as many days again as it was made for, and goes to its address once more.',
  permission: 'access.member.manage',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  secretReply: true,
  params: invitationParams,
  responses: { 200: issuedInvitationSchema },
  errors: [
    'not_found',
    'role_beyond_own',
    'invitation_ended',
    'invitation_limit_reached',
    'invitation_mail_limit_reached',
  ],
});

export const revokeInvitation = operation({
  id: 'revokeInvitation',
  method: 'DELETE',
  path: 'invitations/{invitation_id}',
  tag: TAG,
  summary: 'Revoke an invitation',
  description: 'Its links stop working at once. One that was accepted stays accepted: remove the member instead.',
  permission: 'access.member.manage',
  params: invitationParams,
  responses: { 204: null },
  errors: ['not_found', 'invitation_ended'],
});

export const previewInvitation = operation({
  id: 'previewInvitation',
  method: 'POST',
  path: 'auth/invitations/preview',
  tag: TAG,
  summary: 'What an invitation is for',
  description: 'For whoever holds its token, signed in or not.',
  permission: 'public',
  body: tokenBody,
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: [
        'organization_name',
        'invited_by_display_name',
        'role',
        'project_name',
        'project_role',
        'email_hint',
        'proves_email',
        'expires_at',
      ],
      properties: {
        organization_name: { type: 'string' },
        invited_by_display_name: { type: 'string' },
        role: heldRoleSchema,
        project_name: { type: ['string', 'null'] },
        project_role: { type: ['string', 'null'] },
        email_hint: {
          type: ['string', 'null'],
          description:
            'The address it is for, all but a little of it hidden; null when it is for whoever has the link.',
        },
        proves_email: {
          type: 'boolean',
          description: 'Whether this is the link that was sent by mail: who signs up with it has the address verified.',
        },
        expires_at: instantSchema,
      },
    },
  },
  errors: ['invitation_unknown', 'invitation_used', 'invitation_expired', 'invitation_revoked', 'invitation_void'],
});

export const acceptInvitation = operation({
  id: 'acceptInvitation',
  method: 'POST',
  path: 'invitations/accept',
  tag: TAG,
  summary: 'Accept an invitation',
  description:
    'Good once: of two at the same time one gets in. Whoever is a member already gets the role in the project, if there is one and they have none there.',
  permission: 'authenticated',
  proof: 'session',
  idempotency: 'accepted',
  body: tokenBody,
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['organization_id', 'organization_name', 'role', 'project_id'],
      properties: {
        organization_id: idSchema,
        organization_name: { type: 'string' },
        role: heldRoleSchema,
        project_id: {
          ...nullableIdSchema,
          description: 'A project of it the caller now sees, to send as `X-Project-Id`; null when there is none yet.',
        },
      },
    },
  },
  errors: [
    'invitation_unknown',
    'invitation_used',
    'invitation_expired',
    'invitation_revoked',
    'invitation_void',
    'invitation_for_another',
    'invitation_already_member',
  ],
});
