import { defaultUserSchema, imageDigestSchema, imageSourceSchema } from './image-source';
import { DISK_BYTES_MAX, IMAGES_MAX, SKUS_MAX } from './limits';

const GIB = 1024 ** 3;

const keySchema = {
  type: 'string',
  pattern: '^[a-z][A-Za-z0-9-]{0,63}$',
  description: 'Identity across edits: keep it when name or price change.',
} as const;

const skuSettingsSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'key',
    'name',
    'gpuModel',
    'shape',
    'gpuCounts',
    'vcpusPerGpu',
    'memoryBytesPerGpu',
    'diskBytesPerGpu',
    'pricesPerGpuHour',
  ],
  properties: {
    key: keySchema,
    name: { type: 'string', minLength: 1, maxLength: 80 },
    gpuModel: { type: 'string', minLength: 1, maxLength: 80, description: 'Model as the fleet names it.' },
    shape: {
      type: 'string',
      enum: ['gpu_slice', 'baremetal'],
      description: 'GPUs of a shared node, or a node as a whole.',
    },
    gpuCounts: {
      type: 'array',
      minItems: 1,
      maxItems: 16,
      uniqueItems: true,
      items: { type: 'integer', minimum: 1, maximum: 64 },
      description: 'How many GPUs one allocation may have.',
    },
    vcpusPerGpu: { type: 'integer', minimum: 1, maximum: 1024, description: 'Virtual CPUs that come with each GPU.' },
    memoryBytesPerGpu: { type: 'integer', minimum: GIB / 4, description: 'Memory that comes with each GPU.' },
    diskBytesPerGpu: { type: 'integer', minimum: GIB / 4, description: 'Local disk that comes with each GPU.' },
    gpuFractionMilli: {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 1000,
      description: 'Part of a GPU per count; 1000 is a whole one.',
    },
    pricesPerGpuHour: {
      type: 'object',
      minProperties: 1,
      maxProperties: 32,
      propertyNames: { pattern: '^[A-Z]{3}$' },
      additionalProperties: { type: 'string', pattern: '^(0|[1-9][0-9]{0,8})(\\.[0-9]{1,6})?$' },
      description:
        'Currency → price of one GPU for one hour, as a decimal text ("3.39"): money never passes through floating point.',
    },
  },
} as const;

const imageSettingsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['key', 'name', 'version', 'description'],
  properties: {
    key: keySchema,
    name: { type: 'string', minLength: 1, maxLength: 80 },
    version: { type: 'string', minLength: 1, maxLength: 40 },
    description: { type: 'string', maxLength: 280, description: 'One sentence for the person who chooses.' },
    source: {
      ...imageSourceSchema,
      description: `Where nodes get it. ${imageSourceSchema.description} Absent: the base the node’s runtime brings itself.`,
    },
    digest: { ...imageDigestSchema, description: 'Content digest it must have; required of a registry.' },
    defaultUser: { ...defaultUserSchema, default: 'user', description: 'The login name inside.' },
    minDiskBytes: {
      type: 'integer',
      minimum: 0,
      maximum: DISK_BYTES_MAX,
      default: 0,
      description: 'Local disk an allocation must have to start from it.',
    },
  },
} as const;

/** The H200 entries fit the simulated fleet of the defaults; the others are honest catalogue entries whose capacity that fleet does not have. */
const defaultSkus = [
  {
    key: 'h200-slice',
    name: 'H200 slice',
    gpuModel: 'H200',
    shape: 'gpu_slice',
    gpuCounts: [1, 2, 4, 8],
    vcpusPerGpu: 16,
    memoryBytesPerGpu: 192 * GIB,
    diskBytesPerGpu: 512 * GIB,
    gpuFractionMilli: 1000,
    pricesPerGpuHour: { USD: '3.39', EUR: '3.15' },
  },
  {
    key: 'h200-node',
    name: 'H200 bare metal node',
    gpuModel: 'H200',
    shape: 'baremetal',
    gpuCounts: [8],
    vcpusPerGpu: 24,
    memoryBytesPerGpu: 256 * GIB,
    diskBytesPerGpu: 3584 * GIB,
    gpuFractionMilli: 1000,
    pricesPerGpuHour: { USD: '3.09', EUR: '2.87' },
  },
  {
    key: 'b200-slice',
    name: 'B200 slice',
    gpuModel: 'B200',
    shape: 'gpu_slice',
    gpuCounts: [1, 2, 4, 8],
    vcpusPerGpu: 24,
    memoryBytesPerGpu: 224 * GIB,
    diskBytesPerGpu: 1024 * GIB,
    gpuFractionMilli: 1000,
    pricesPerGpuHour: { USD: '5.49', EUR: '5.09' },
  },
  {
    key: 'l40s-slice',
    name: 'L40S slice',
    gpuModel: 'L40S',
    shape: 'gpu_slice',
    gpuCounts: [1, 2, 4],
    vcpusPerGpu: 12,
    memoryBytesPerGpu: 96 * GIB,
    diskBytesPerGpu: 256 * GIB,
    gpuFractionMilli: 1000,
    pricesPerGpuHour: { USD: '1.09', EUR: '1.01' },
  },
] as const;

const defaultImages = [
  {
    key: 'host-shell',
    name: 'Portico base',
    version: '1',
    description: 'A clean home with the system tools of the node.',
    defaultUser: 'user',
    minDiskBytes: 0,
  },
] as const;

/**
 * The catalogue is seeded from here at every start: new entries appear, changed ones follow, removed ones are no longer offered. Entries that administrators made
 * in the portal, or took over by changing them there, are left alone. A plain constant
 * rather than a call of `defineSettings`: browser code imports this contract, and that function lives among server code.
 */
export const catalogSettings = {
  key: 'catalog',
  schema: {
    type: 'object',
    additionalProperties: false,
    default: {},
    description: 'What can be launched, and for how much.',
    properties: {
      skus: {
        type: 'array',
        maxItems: SKUS_MAX,
        items: skuSettingsSchema,
        default: defaultSkus,
        description: 'In the order of the catalogue.',
      },
      images: {
        type: 'array',
        minItems: 1,
        maxItems: IMAGES_MAX,
        items: imageSettingsSchema,
        default: defaultImages,
        description: 'What a workload can start from; the first is the default.',
      },
    },
  },
} as const;
