import { idSchema, operation } from '@portico/plugin-kit/contract';
import {
  enrolmentTokenSchema,
  fingerprintSchema,
  hardwareReportSchema,
  hostKeySchema,
  NODE_PASSWORD_LENGTH_MAX,
  nodeAddressSchema,
  nodeDetailsSchema,
  nodeNameSchema,
  nodeUsernameSchema,
  nodeVerdictSchema,
  notesSchema,
  PRIVATE_KEY_LENGTH_MAX,
  regionSchema,
} from './node-schemas';

/** Seconds an enrolment token is good for: time to paste one line into a terminal. */
export const ENROLMENT_TOKEN_SECONDS = 15 * 60;
/** Characters of a public host key: RSA with 16,384 bits is 2,800. */
const PUBLIC_KEY_LENGTH_MAX = 4_096;
/** Characters: a token is 256 bits in hexadecimal behind its prefix. */
const ENROLMENT_TOKEN_PATTERN = '^pnt_[0-9a-f]{64}$';
/** Characters: a sentence or two for the log. */
const REASON_LENGTH_MAX = 500;

const TAG = 'fleet';
const manage = { tag: TAG, permission: 'fleet.node.manage', proof: 'fresh_or_key' } as const;
const nodeParams = {
  type: 'object',
  additionalProperties: false,
  required: ['node_id'],
  properties: { node_id: idSchema },
} as const;

const credentialSchema = {
  description: 'Used once, to install Portico’s own key, kept encrypted until then and forgotten after.',
  oneOf: [
    {
      type: 'object',
      additionalProperties: false,
      required: ['kind', 'password'],
      properties: {
        kind: { type: 'string', const: 'password' },
        password: { type: 'string', minLength: 1, maxLength: NODE_PASSWORD_LENGTH_MAX },
      },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['kind', 'private_key'],
      properties: {
        kind: { type: 'string', const: 'private_key' },
        private_key: { type: 'string', minLength: 1, maxLength: PRIVATE_KEY_LENGTH_MAX },
        passphrase: { type: 'string', maxLength: NODE_PASSWORD_LENGTH_MAX },
      },
    },
  ],
} as const;

const nodeAndTask = {
  type: 'object',
  additionalProperties: false,
  required: ['node', 'task_id'],
  properties: { node: nodeDetailsSchema, task_id: idSchema },
} as const;

export const lookUpHostKey = operation({
  ...manage,
  id: 'lookUpHostKey',
  method: 'POST',
  path: 'admin/nodes/host-keys',
  summary: 'Ask a machine for its host key',
  description: 'To compare with what the machine itself says (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`).',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['address'],
    properties: { address: nodeAddressSchema },
  },
  responses: { 200: hostKeySchema },
  errors: ['address_refused', 'node_unreachable'],
});

export const addNode = operation({
  ...manage,
  id: 'addNode',
  method: 'POST',
  path: 'admin/nodes',
  summary: 'Bring in a node by SSH',
  description:
    'A task connects with the credential once, installs Portico’s own key beside those that are there, forgets the credential and probes the node. Without ' +
    '`host_key_fingerprint` the key the machine shows now is pinned, so compare it afterwards; with it, another key is refused.',
  idempotency: 'accepted',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'address', 'username', 'credential'],
    properties: {
      name: nodeNameSchema,
      region: { ...regionSchema, default: 'default' },
      address: nodeAddressSchema,
      username: nodeUsernameSchema,
      credential: credentialSchema,
      host_key_fingerprint: fingerprintSchema,
      runtime: { type: 'string', const: 'ssh', default: 'ssh' },
      notes: { ...notesSchema, default: '' },
    },
  },
  responses: { 202: nodeAndTask },
  errors: ['node_name_taken', 'address_refused', 'node_unreachable', 'host_key_mismatch', 'private_key_invalid'],
});

export const retryEnrolment = operation({
  ...manage,
  id: 'retryEnrolment',
  method: 'POST',
  path: 'admin/nodes/{node_id}/enrolment',
  summary: 'Enrol a node again, with another credential',
  description:
    'For a node whose enrolment failed, or that has lost Portico’s key. A node that works goes on working, whatever comes of this.',
  idempotency: 'accepted',
  params: nodeParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['credential'],
    properties: { credential: credentialSchema, username: nodeUsernameSchema },
  },
  responses: { 202: nodeAndTask },
  errors: ['not_found', 'node_is_configured', 'private_key_invalid'],
});

export const createEnrolmentToken = operation({
  ...manage,
  id: 'createEnrolmentToken',
  method: 'POST',
  path: 'admin/nodes/enrolment-tokens',
  summary: 'A line that enrols the machine it is run on',
  description: 'The token in it is good once, for 15 minutes.',
  idempotency: 'accepted',
  secretReply: true,
  body: {
    type: 'object',
    additionalProperties: false,
    properties: {
      name: { ...nodeNameSchema, description: 'Of the node; absent: its host name.' },
      region: { ...regionSchema, default: 'default' },
    },
  },
  responses: { 201: enrolmentTokenSchema },
  errors: ['node_name_taken'],
});

export const getEnrolmentScript = operation({
  id: 'getEnrolmentScript',
  method: 'GET',
  path: 'nodes/enroll/script',
  tag: TAG,
  summary: 'What the line runs: a POSIX shell script',
  description: 'It says each thing it does, and may be run again. It holds no secret.',
  permission: 'public',
  responses: { 200: { type: 'string' } },
  errors: [],
  streams: 'text/x-shellscript',
});

export const enrollNode = operation({
  id: 'enrollNode',
  method: 'POST',
  path: 'nodes/enroll',
  tag: TAG,
  summary: 'A machine enrols itself',
  description:
    'Called by the script with the token of the line. The reply has the public key to authorize for the service user; the portal then connects to the machine, at the address it called from ' +
    'unless it names another, and probes it.',
  permission: 'public',
  rateLimit: 'nodeEnrolment',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['token', 'hostname', 'ssh_port', 'host_key'],
    properties: {
      token: { type: 'string', pattern: ENROLMENT_TOKEN_PATTERN },
      hostname: { type: 'string', minLength: 1, maxLength: 253 },
      address: nodeAddressSchema.properties.host,
      ssh_port: nodeAddressSchema.properties.port,
      host_key: {
        type: 'string',
        maxLength: PUBLIC_KEY_LENGTH_MAX,
        pattern: '^[a-z0-9-]+ [A-Za-z0-9+/=]+( .*)?$',
        description: 'Public host key as in `/etc/ssh/ssh_host_ed25519_key.pub`.',
      },
      hardware: { ...hardwareReportSchema, default: {} },
    },
  },
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['node_id', 'name', 'public_key', 'username'],
      properties: {
        node_id: idSchema,
        name: { type: 'string' },
        public_key: { type: 'string', description: 'To authorize on the machine.' },
        username: { type: 'string', description: 'The service user to authorize it for.' },
      },
    },
  },
  errors: ['enrolment_token_invalid', 'address_refused', 'node_name_taken'],
});

export const getNode = operation({
  id: 'getNode',
  method: 'GET',
  path: 'admin/nodes/{node_id}',
  tag: TAG,
  summary: 'One node, with the verdict of its latest probe',
  permission: 'fleet.node.read',
  params: nodeParams,
  responses: { 200: nodeDetailsSchema },
  errors: ['not_found'],
});

export const changeNode = operation({
  ...manage,
  id: 'changeNode',
  method: 'PATCH',
  path: 'admin/nodes/{node_id}',
  summary: 'Change a node in place',
  description:
    'What is absent stays. Another address must show the pinned host key, or `host_key_fingerprint` must name the one it shows. What runs there goes on.',
  params: nodeParams,
  body: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      name: nodeNameSchema,
      region: regionSchema,
      address: nodeAddressSchema,
      username: nodeUsernameSchema,
      host_key_fingerprint: fingerprintSchema,
      notes: notesSchema,
    },
  },
  responses: { 200: nodeDetailsSchema },
  errors: [
    'not_found',
    'node_is_configured',
    'node_name_taken',
    'address_refused',
    'node_unreachable',
    'host_key_mismatch',
  ],
});

export const probeNode = operation({
  ...manage,
  id: 'probeNode',
  method: 'POST',
  path: 'admin/nodes/{node_id}/probe',
  summary: 'Examine a node',
  description:
    'Every check with what was found and, where something is amiss, the command that mends it. A node in which no check failed takes work, unless it is draining; one in which a check failed takes none until a probe ' +
    'finds it mended.',
  params: nodeParams,
  responses: { 200: nodeVerdictSchema },
  errors: ['not_found', 'node_is_configured', 'node_not_enrolled'],
});

export const drainNode = operation({
  ...manage,
  id: 'drainNode',
  method: 'POST',
  path: 'admin/nodes/{node_id}/drain',
  summary: 'Give a node no new work',
  description: 'What runs there goes on.',
  params: nodeParams,
  body: {
    type: 'object',
    additionalProperties: false,
    properties: { reason: { type: 'string', maxLength: REASON_LENGTH_MAX } },
  },
  responses: { 200: nodeDetailsSchema },
  errors: ['not_found', 'node_not_drainable'],
});

export const undrainNode = operation({
  ...manage,
  id: 'undrainNode',
  method: 'POST',
  path: 'admin/nodes/{node_id}/undrain',
  summary: 'Let a node take work again',
  params: nodeParams,
  responses: { 200: nodeDetailsSchema },
  errors: ['not_found', 'node_not_draining'],
});

export const acceptHostKey = operation({
  ...manage,
  id: 'acceptHostKey',
  method: 'POST',
  path: 'admin/nodes/{node_id}/host-key',
  summary: 'Accept the host key a node shows now',
  description:
    'For a machine that was installed anew. The fingerprint says which key was looked at: another one shown meanwhile is not accepted.',
  params: nodeParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['fingerprint'],
    properties: { fingerprint: fingerprintSchema },
  },
  responses: { 200: nodeDetailsSchema },
  errors: ['not_found', 'node_is_configured', 'host_key_unchanged', 'host_key_mismatch'],
});

export const deleteNode = operation({
  ...manage,
  id: 'deleteNode',
  method: 'DELETE',
  path: 'admin/nodes/{node_id}',
  summary: 'Take a node out',
  description:
    'Refused while an allocation holds anything of it. Portico’s key is removed from the machine if it can be reached.',
  params: nodeParams,
  responses: { 204: null },
  errors: ['not_found', 'node_is_configured', 'node_in_use'],
});
