import { idSchema, nameSchema, operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import { PUBLIC_KEY_LENGTH_MAX } from './limits';
import { projectSchema, sshKeySchema } from './resources';

export const listProjects = operation({
  id: 'listProjects',
  method: 'GET',
  path: 'projects',
  tag: 'projects',
  summary: 'Projects of the organization, oldest first',
  permission: 'access.project.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { ...pageQueryProperties, department_id: idSchema },
  },
  responses: { 200: pageSchema(projectSchema) },
  errors: ['cursor_invalid'],
});

export const listSshKeys = operation({
  id: 'listSshKeys',
  method: 'GET',
  path: 'ssh-keys',
  tag: 'ssh-keys',
  summary: 'My SSH keys, newest first',
  permission: 'access.ssh_key.read',
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: { 200: pageSchema(sshKeySchema) },
  errors: ['cursor_invalid'],
});

export const addSshKey = operation({
  id: 'addSshKey',
  method: 'POST',
  path: 'ssh-keys',
  tag: 'ssh-keys',
  summary: 'Add an SSH public key',
  description:
    'The one line of a `.pub` file: ed25519, ECDSA over a NIST curve, or RSA of at least 2,048 bits. Its comment is kept, beside the name, for people. Hardware-backed keys ' +
    '(`sk-…`) are refused, since the gateway cannot verify them; a private key is refused and neither stored nor logged. It opens workloads of those of your ' +
    'organizations that demand no more of a sign-in than you have shown in this session; added by an API key, those of its organization alone.',
  permission: 'access.ssh_key.manage',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'public_key'],
    properties: { name: nameSchema, public_key: { type: 'string', minLength: 1, maxLength: PUBLIC_KEY_LENGTH_MAX } },
  },
  responses: { 201: sshKeySchema },
  errors: [
    'key_malformed',
    'key_too_weak',
    'key_type_unsupported',
    'private_key_refused',
    'key_duplicate',
    'key_limit_reached',
  ],
});

export const removeSshKey = operation({
  id: 'removeSshKey',
  method: 'DELETE',
  path: 'ssh-keys/{key_id}',
  tag: 'ssh-keys',
  summary: 'Remove an SSH key',
  description: 'It is refused at once wherever it was used to connect.',
  permission: 'access.ssh_key.manage',
  proof: 'fresh_or_key',
  params: { type: 'object', additionalProperties: false, required: ['key_id'], properties: { key_id: idSchema } },
  responses: { 204: null },
  errors: ['not_found'],
});
