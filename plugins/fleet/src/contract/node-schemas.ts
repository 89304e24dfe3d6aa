import { instantSchema } from '@portico/plugin-kit/contract';
import { nodeSchema } from './schemas';

/** Of names: as the configuration's nodes have them, so that both share one namespace. */
export const nodeNameSchema = { type: 'string', pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' } as const;
export const regionSchema = {
  type: 'string',
  pattern: '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$',
  description: 'Where it stands, as the catalogue names regions.',
} as const;
/** Characters of a DNS name; an IPv6 address has fewer. */
const HOST_LENGTH_MAX = 253;
/** Characters. Notes are for the next administrator, not for documents. */
const NOTES_LENGTH_MAX = 2_000;
/** Characters of a private key: RSA with 16,384 bits in PEM is 12,700. */
export const PRIVATE_KEY_LENGTH_MAX = 16_384;
/** Characters of a password sshd takes. */
export const NODE_PASSWORD_LENGTH_MAX = 1_024;

export const nodeAddressSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['host'],
  properties: {
    host: {
      type: 'string',
      minLength: 1,
      maxLength: HOST_LENGTH_MAX,
      pattern: '^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$',
      description: 'A name or an IP address. Judged anew at every connect.',
    },
    port: { type: 'integer', minimum: 1, maximum: 65_535, default: 22 },
  },
} as const;
export const nodeUsernameSchema = {
  type: 'string',
  pattern: '^[a-z_][a-z0-9_-]{0,31}$',
  description: 'Who logs in there: root, or somebody who may use sudo without a password.',
} as const;
export const notesSchema = { type: 'string', maxLength: NOTES_LENGTH_MAX } as const;
export const fingerprintSchema = {
  type: 'string',
  pattern: '^SHA256:[A-Za-z0-9+/]{43}$',
  description: 'As `ssh-keygen -l` prints it.',
} as const;

export const hostKeySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'fingerprint'],
  properties: { type: { type: 'string', description: '`ssh-ed25519` for one.' }, fingerprint: fingerprintSchema },
} as const;

/** In the order in which they build on each other: what comes after a failed one may be skipped. */
export const nodeChecks = {
  reachability: 'It answers at its address.',
  host_key: 'It shows the host key that is pinned.',
  sudo: 'The login becomes root without a password.',
  kernel: 'Linux, new enough for containers.',
  cgroups: 'Control groups limit what containers use.',
  limits: 'Processes and open files may grow as workloads need.',
  container_runtime: 'Podman and an OCI runtime are there and work together.',
  cdi: 'GPUs are described for containers (CDI).',
  gpu_driver: 'The driver answers for every GPU.',
  numa: 'The machine’s NUMA domains are known.',
  nvme: 'Local NVMe drives.',
  sriov: 'Virtual functions of network cards.',
  network: 'Containers can be given a network, and packets are forwarded.',
  disk: 'Room for images and homes.',
  clock: 'Its clock agrees with the portal’s.',
} as const;
export type NodeCheckName = keyof typeof nodeChecks;

export const nodeCheckSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['check', 'status', 'message', 'fix'],
  properties: {
    check: { type: 'string', enum: Object.keys(nodeChecks) as NodeCheckName[] },
    status: { type: 'string', enum: ['passed', 'warned', 'failed', 'skipped'] },
    message: { type: 'string', description: 'What was found, in a sentence.' },
    fix: { type: ['string', 'null'], description: 'The command that mends it, to be run on the node as root.' },
  },
} as const;

export const nodeVerdictSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['verdict', 'probed_at', 'checks'],
  properties: {
    verdict: {
      type: 'string',
      enum: ['passed', 'warned', 'failed'],
      description: 'The worst of the checks. A node takes work only when none failed.',
    },
    probed_at: instantSchema,
    checks: { type: 'array', items: nodeCheckSchema },
  },
} as const;

export const nodeDetailsSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    ...nodeSchema.required,
    'username',
    'notes',
    'host_key',
    'changed_host_key',
    'public_key',
    'verdict',
    'enrolment_task_id',
  ],
  properties: {
    ...nodeSchema.properties,
    username: { type: ['string', 'null'], description: 'Who Portico logs in as; null on embedded nodes.' },
    notes: { type: 'string' },
    host_key: { description: 'The pinned one.', anyOf: [hostKeySchema, { type: 'null' }] },
    changed_host_key: {
      description:
        'What the node shows instead of the pinned one. It is not talked to until an administrator has accepted this key, or the node shows the pinned one again.',
      anyOf: [hostKeySchema, { type: 'null' }],
    },
    public_key: {
      type: ['string', 'null'],
      description: 'Portico’s own key for this node, as it stands in `authorized_keys` there.',
    },
    verdict: { description: 'Of the latest probe.', anyOf: [nodeVerdictSchema, { type: 'null' }] },
    enrolment_task_id: { type: ['string', 'null'], description: 'The task that brought it in, or does so now.' },
  },
} as const;

export const enrolmentTokenSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['token', 'expires_at', 'command'],
  properties: {
    token: { type: 'string', description: 'Good once, and never shown again.' },
    expires_at: instantSchema,
    command: {
      type: 'string',
      description:
        'To be run as root on the node. The token travels in the environment of one process, never in an address.',
    },
  },
} as const;

/** What the script found on the machine; for people to see what enrolled, never for decisions. */
export const hardwareReportSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    cpu_count: { type: 'integer', minimum: 1, maximum: 65_536 },
    memory_bytes: { type: 'integer', minimum: 0, maximum: 2 ** 53 - 1 },
    gpus: { type: 'array', maxItems: 64, items: { type: 'string', maxLength: 120 } },
    operating_system: { type: 'string', maxLength: 120 },
    kernel: { type: 'string', maxLength: 120 },
  },
} as const;
