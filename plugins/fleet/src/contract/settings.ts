const GIB = 1024 ** 3;
/** An embedded fleet is for trying things out; thousands of simulated nodes belong in a benchmark. */
const SIMULATED_NODES_MAX = 1024;

const simulatedNodeSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
      description: 'Unique; also the identity of the node across edits.',
    },
    gpuModel: {
      type: 'string',
      minLength: 1,
      maxLength: 80,
      default: 'H200',
      description: 'Model of all its GPUs, as SKUs name it.',
    },
    gpuCount: { type: 'integer', minimum: 1, maximum: 64, default: 8, description: 'Number of GPUs.' },
    gpuMemoryBytes: { type: 'integer', minimum: GIB, default: 141 * GIB, description: 'Memory of one GPU.' },
    numaDomains: {
      type: 'integer',
      minimum: 1,
      maximum: 16,
      default: 2,
      description: 'NUMA domains; the GPUs are spread over them evenly, in order.',
    },
  },
} as const;

const defaultNodes = [
  { name: 'node-1', gpuModel: 'H200', gpuCount: 8, gpuMemoryBytes: 141 * GIB, numaDomains: 2 },
  { name: 'node-2', gpuModel: 'H200', gpuCount: 8, gpuMemoryBytes: 141 * GIB, numaDomains: 2 },
] as const;

/** A plain constant rather than a call of `defineSettings`: browser code imports this contract, and that function lives among server code. */
export const fleetSettings = {
  key: 'fleet',
  schema: {
    type: 'object',
    additionalProperties: false,
    default: {},
    description: 'The nodes that come with the portal, and how workloads run on them.',
    properties: {
      nodes: {
        type: 'array',
        maxItems: SIMULATED_NODES_MAX,
        items: simulatedNodeSchema,
        default: defaultNodes,
        description: 'Simulated nodes beside the backend. Not used while real GPUs are found and `realGpus` is `auto`.',
      },
      realGpus: {
        type: 'string',
        enum: ['auto', 'off'],
        default: 'auto',
        description: '`auto` offers the GPUs of this machine instead of simulated ones when it has any.',
      },
      isolation: {
        type: 'string',
        enum: ['auto', 'bubblewrap', 'util-linux', 'none'],
        default: 'auto',
        description:
          'How workloads are kept apart. `none` isolates nothing: it needs a loopback bind and closed sign-up.',
      },
      runtime: {
        type: 'object',
        additionalProperties: false,
        default: {},
        description: 'What workloads on embedded nodes may reach.',
        properties: {
          refusedAddresses: {
            type: 'array',
            maxItems: 64,
            items: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
            default: [],
            description:
              'Addresses of this machine that its interfaces do not show, such as a public address behind NAT. Loopback, private and metadata addresses are always refused.',
          },
        },
      },
      region: {
        type: 'string',
        pattern: '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$',
        default: 'default',
        description: 'Where the embedded nodes stand, as the catalogue names regions.',
      },
      ssh: {
        type: 'object',
        additionalProperties: false,
        default: {},
        description: 'How nodes that administrators bring in are reached.',
        properties: {
          allowedNetworks: {
            type: 'array',
            maxItems: 64,
            items: { type: 'string', minLength: 2, maxLength: 49 },
            default: [],
            description:
              'Networks (10.20.0.0/16) in which nodes may have addresses although those are private. Without it only public addresses are connected to; judged at every connect.',
          },
          cdiKind: {
            type: 'string',
            pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?/[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$',
            maxLength: 128,
            default: 'nvidia.com/gpu',
            description:
              'Kind of the CDI devices that are GPUs on those nodes; `nvidia-ctk cdi generate` makes nvidia.com/gpu.',
          },
          baseImage: {
            type: 'string',
            minLength: 1,
            maxLength: 255,
            default: 'localhost/portico-base',
            description:
              'What images of the catalogue that have no source stand for there: the name of an image preloaded on every node.',
          },
          refusedNetworks: {
            type: 'array',
            maxItems: 256,
            items: { type: 'string', pattern: '^[0-9]{1,3}([.][0-9]{1,3}){3}/[0-9]{1,2}$' },
            default: [],
            description:
              'Networks (203.0.113.0/24) that workloads there may not reach, beside the private and special ones, which are always refused: public addresses of your own that nobody should knock at.',
          },
          nameservers: {
            type: 'array',
            maxItems: 3,
            items: { type: 'string', format: 'ipv4' },
            default: [],
            description:
              'Name servers of workloads there, allowed on port 53 alone. Empty: those the node itself uses, which may then tell workloads names of your internal network.',
          },
        },
      },
      metrics: {
        type: 'object',
        additionalProperties: false,
        default: {},
        description:
          'Where the load of GPUs on nodes reached by SSH is read. Never from an address a node or a user names.',
        properties: {
          prometheusUrl: {
            type: 'string',
            pattern: '^https?://[^\\s?#]+$',
            maxLength: 2048,
            description:
              "Of a Prometheus server that watches the nodes' GPUs, usually by dcgm-exporter. Without it, and where it knows nothing of a GPU, `nvidia-smi` is asked on the node.",
          },
          queries: {
            type: 'object',
            additionalProperties: false,
            default: {},
            description:
              'What is asked of it. `$uuids` stands for a regular expression of the GPUs in question; the answer is one series for each, with its uuid in the label `uuidLabel`.',
            properties: {
              uuidLabel: {
                type: 'string',
                pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
                maxLength: 64,
                default: 'UUID',
                description: 'The label.',
              },
              utilizationPercent: {
                type: 'string',
                minLength: 1,
                maxLength: 1024,
                default: 'DCGM_FI_DEV_GPU_UTIL{UUID=~"$uuids"}',
                description: '0 to 100.',
              },
              memoryUsedMib: {
                type: 'string',
                minLength: 1,
                maxLength: 1024,
                default: 'DCGM_FI_DEV_FB_USED{UUID=~"$uuids"}',
                description: 'MiB.',
              },
              memoryTotalMib: {
                type: 'string',
                minLength: 1,
                maxLength: 1024,
                default: 'DCGM_FI_DEV_FB_USED{UUID=~"$uuids"} + DCGM_FI_DEV_FB_FREE{UUID=~"$uuids"}',
                description: 'MiB.',
              },
              temperatureCelsius: {
                type: 'string',
                minLength: 1,
                maxLength: 1024,
                default: 'DCGM_FI_DEV_GPU_TEMP{UUID=~"$uuids"}',
                description: 'Degrees Celsius.',
              },
              powerWatts: {
                type: 'string',
                minLength: 1,
                maxLength: 1024,
                default: 'DCGM_FI_DEV_POWER_USAGE{UUID=~"$uuids"}',
                description: 'Watts.',
              },
            },
          },
        },
      },
      heartbeat: {
        type: 'object',
        additionalProperties: false,
        default: {},
        description: 'How nodes are watched.',
        properties: {
          intervalSeconds: {
            type: 'integer',
            minimum: 1,
            maximum: 3600,
            default: 10,
            description: 'Between two probes of a node.',
          },
          unreachableAfterSeconds: {
            type: 'integer',
            minimum: 1,
            maximum: 86_400,
            default: 30,
            description: 'Without an answer for so long a node takes no new work. What runs there goes on.',
          },
        },
      },
      hostCheck: {
        type: 'object',
        additionalProperties: false,
        default: {},
        description: 'How nodes are compared with the slots that were approved of them.',
        properties: {
          intervalSeconds: {
            type: 'integer',
            minimum: 10,
            maximum: 86_400,
            default: 300,
            description: 'Between two readings of a node’s devices.',
          },
        },
      },
      orphans: {
        type: 'object',
        additionalProperties: false,
        default: {},
        description: 'What runs on a node without an allocation that holds slots there.',
        properties: {
          intervalSeconds: {
            type: 'integer',
            minimum: 1,
            maximum: 86_400,
            default: 60,
            description: 'Between two comparisons.',
          },
          graceSeconds: {
            type: 'integer',
            minimum: 0,
            maximum: 86_400,
            default: 300,
            description: 'It is removed when it was seen without one for so long.',
          },
        },
      },
    },
  },
} as const;
