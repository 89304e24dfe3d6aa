/** The `workloads` section of the configuration: a `SettingsSection` by shape, because browser code imports this contract and the backend's helper is not for it. */
export const workloadSettings = {
  key: 'workloads',
  schema: {
    type: 'object',
    additionalProperties: false,
    default: {},
    properties: {
      ssh: {
        type: 'object',
        description: 'The SSH gateway.',
        additionalProperties: false,
        default: {},
        properties: {
          port: {
            type: 'integer',
            minimum: 0,
            maximum: 65535,
            description:
              'TCP port it listens on; 0 takes a free one. Default: 15 above the portal’s own, so 7022 beside 7007.',
          },
          host: { type: 'string', default: '', description: 'Address it listens on; the server’s own when empty.' },
          publicHost: {
            type: 'string',
            default: '',
            description: 'Host name in ssh commands shown to people; that of the public URL when empty.',
          },
          publicPort: {
            type: 'integer',
            minimum: 0,
            maximum: 65535,
            default: 0,
            description: 'Port in ssh commands shown to people; `port` when 0.',
          },
        },
        required: ['host', 'publicHost', 'publicPort'],
      },
      publishedPorts: {
        type: 'object',
        description: 'The HTTP server that shows published ports of workloads, each on an origin of its own.',
        additionalProperties: false,
        default: {},
        properties: {
          port: {
            type: 'integer',
            minimum: 0,
            maximum: 65535,
            description:
              'TCP port it listens on; 0 takes a free one. Default: 16 above the portal’s own, so 7023 beside 7007.',
          },
          host: { type: 'string', default: '', description: 'Address it listens on; the server’s own when empty.' },
          publicUrl: {
            type: 'string',
            default: '',
            pattern: '^((https://\\*\\.[a-z0-9.-]{1,200}|http://\\*\\.localhost)(:[0-9]{1,5})?)?$',
            description:
              'Where people reach it: a wildcard such as `https://*.ports.example`, best on a domain of its own that nothing else uses. Without TLS only below `localhost`: elsewhere browsers do not say which site asks. When empty, `http://*.localhost` on a portal that is reached as localhost; elsewhere ports cannot be published.',
          },
        },
        required: ['host', 'publicUrl'],
      },
      quota: {
        type: 'object',
        additionalProperties: false,
        default: {},
        properties: {
          concurrentAllocationsMax: {
            type: 'integer',
            minimum: 0,
            default: 50,
            description: 'Allocations of one organization that hold GPUs at the same time.',
          },
        },
        required: ['concurrentAllocationsMax'],
      },
      quoteSeconds: { type: 'integer', minimum: 1, default: 600, description: 'How long a quoted price is honoured.' },
      terminal: {
        type: 'object',
        additionalProperties: false,
        default: {},
        properties: {
          tokenSeconds: {
            type: 'integer',
            minimum: 1,
            maximum: 60,
            default: 60,
            description: 'How long a terminal token waits to be used.',
          },
          sessionSeconds: {
            type: 'integer',
            minimum: 60,
            default: 14_400,
            description: 'Longest life of one terminal connection; the shell goes on and can be opened again.',
          },
          idleSeconds: {
            type: 'integer',
            minimum: 60,
            default: 3_600,
            description: 'A terminal nobody types into or reads is detached after so long.',
          },
        },
        required: ['tokenSeconds', 'sessionSeconds', 'idleSeconds'],
      },
      liveness: {
        type: 'object',
        additionalProperties: false,
        default: {},
        properties: {
          intervalSeconds: {
            type: 'number',
            exclusiveMinimum: 0,
            default: 15,
            description: 'How often runtimes are asked whether what runs still runs.',
          },
        },
        required: ['intervalSeconds'],
      },
      metrics: {
        type: 'object',
        additionalProperties: false,
        default: {},
        properties: {
          intervalSeconds: {
            type: 'number',
            exclusiveMinimum: 0,
            default: 5,
            description: 'How often an active allocation is measured.',
          },
        },
        required: ['intervalSeconds'],
      },
      idleness: {
        type: 'object',
        additionalProperties: false,
        default: {},
        properties: {
          intervalSeconds: {
            type: 'number',
            exclusiveMinimum: 0,
            default: 30,
            description: 'How often an active allocation is looked at for whether anybody uses it.',
          },
        },
        required: ['intervalSeconds'],
      },
      recordings: {
        type: 'object',
        description: 'What terminals showed, where a policy asks that it is recorded.',
        additionalProperties: false,
        default: {},
        properties: {
          retentionDays: {
            type: 'integer',
            minimum: 1,
            maximum: 3_650,
            default: 90,
            description: 'How long a recording is kept after its connection has closed.',
          },
        },
        required: ['retentionDays'],
      },
      tasks: {
        type: 'object',
        description: 'Patience of the provisioning and release steps.',
        additionalProperties: false,
        default: {},
        properties: {
          attemptsMax: {
            type: 'integer',
            minimum: 1,
            default: 8,
            description:
              'Attempts of a step before it has failed. With the waits below a minute and a half: so long may a node be away in the middle of a launch.',
          },
          backoffSeconds: {
            type: 'number',
            exclusiveMinimum: 0,
            default: 1,
            description: 'Wait before the second attempt; doubles from then on.',
          },
          backoffSecondsMax: {
            type: 'number',
            exclusiveMinimum: 0,
            default: 30,
            description: 'Longest wait between attempts.',
          },
          deadlineSeconds: {
            type: 'number',
            exclusiveMinimum: 0,
            default: 120,
            description: 'One attempt of a step may take so long.',
          },
        },
        required: ['attemptsMax', 'backoffSeconds', 'backoffSecondsMax', 'deadlineSeconds'],
      },
    },
    required: [
      'ssh',
      'publishedPorts',
      'quota',
      'quoteSeconds',
      'terminal',
      'liveness',
      'metrics',
      'idleness',
      'recordings',
      'tasks',
    ],
  },
} as const;
