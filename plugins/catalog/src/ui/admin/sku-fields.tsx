import { NumberField, RadioCards, Select, Stack, TextField } from '@portico/ui';
import { GPU_COUNTS_MAX, GPUS_PER_ALLOCATION_MAX, VCPUS_PER_GPU_MAX } from '../../contract/limits';
import { GIB } from './entry-words';
import type { AdminSku } from './entry-words';

/** What is being typed of a SKU. */
export interface SkuDraft {
  readonly name: string;
  readonly gpuModel: string;
  readonly shape: AdminSku['shape'];
  /** `1, 2, 4` */
  readonly counts: string;
  readonly vcpus: number | null;
  readonly memoryGib: number | null;
  readonly diskGib: number | null;
}

export const emptySku: SkuDraft = {
  name: '',
  gpuModel: '',
  shape: 'gpu_slice',
  counts: '1, 2, 4, 8',
  vcpus: 8,
  memoryGib: 64,
  diskGib: 256,
};

export function draftOfSku(sku: AdminSku): SkuDraft {
  return {
    name: sku.name,
    gpuModel: sku.gpu_model,
    shape: sku.shape,
    counts: sku.gpu_counts.join(', '),
    vcpus: sku.vcpus_per_gpu,
    memoryGib: Math.max(1, Math.round(sku.memory_bytes_per_gpu / GIB)),
    diskGib: Math.max(1, Math.round(sku.disk_bytes_per_gpu / GIB)),
  };
}

/** The fields as the API takes them; null while something is missing. */
export function fieldsOf(draft: SkuDraft) {
  const counts = countsOf(draft.counts);
  const { vcpus, memoryGib, diskGib } = draft;
  const [name, gpuModel] = [draft.name.trim(), draft.gpuModel.trim()];
  if (name === '' || gpuModel === '' || counts === null || vcpus === null || memoryGib === null || diskGib === null)
    return null;
  return {
    name,
    gpu_model: gpuModel,
    shape: draft.shape,
    gpu_counts: counts,
    vcpus_per_gpu: vcpus,
    memory_bytes_per_gpu: memoryGib * GIB,
    disk_bytes_per_gpu: diskGib * GIB,
  };
}

function countsOf(text: string): number[] | null {
  const counts = text.split(/[\s,]+/).filter(part => part !== '');
  const numbers = counts.map(Number);
  const areGood = numbers.every(count => Number.isInteger(count) && count >= 1 && count <= GPUS_PER_ALLOCATION_MAX);
  const isList = numbers.length > 0 && numbers.length <= GPU_COUNTS_MAX && new Set(numbers).size === numbers.length;
  return areGood && isList ? numbers.toSorted((one, other) => one - other) : null;
}

const NAME_LENGTH_MAX = 80;
const GIB_MAX = 16 * 1024;

export function SkuFields(props: {
  draft: SkuDraft;
  onChange: (change: Partial<SkuDraft>) => void;
  wasTried: boolean;
  /** Absent where it can no longer be chosen. */
  fraction?: { value: string; onChange: (value: string) => void };
}) {
  const { draft, onChange, wasTried, fraction } = props;
  const missing = (isMissing: boolean, words: string) => (wasTried && isMissing ? words : null);
  return (
    <Stack>
      <TextField
        label="Name"
        value={draft.name}
        onChange={name => onChange({ name })}
        maxLength={NAME_LENGTH_MAX}
        autoFocus
        error={missing(draft.name.trim() === '', 'Say what people see in the catalog.')}
      />
      <TextField
        label="GPU model"
        description="As the nodes name it."
        value={draft.gpuModel}
        onChange={gpuModel => onChange({ gpuModel })}
        maxLength={NAME_LENGTH_MAX}
        error={missing(draft.gpuModel.trim() === '', 'Say which GPUs it is made of.')}
      />
      <RadioCards<SkuDraft['shape']>
        label="Shape"
        minWidth="small"
        value={draft.shape}
        onChange={shape => onChange({ shape })}
        options={[
          { value: 'gpu_slice', title: 'GPU slice', description: 'GPUs of a node that others use too.' },
          { value: 'baremetal', title: 'Whole node', description: 'A node with all its GPUs.' },
        ]}
      />
      {fraction !== undefined && draft.shape === 'gpu_slice' && (
        <Select
          label="Part of a GPU"
          description="Set once. Parts are for nodes that are cut into them."
          value={fraction.value}
          onChange={fraction.onChange}
          options={[
            { value: '1000', label: 'A whole GPU' },
            { value: '500', label: 'A half' },
            { value: '250', label: 'A quarter' },
            { value: '125', label: 'An eighth' },
          ]}
        />
      )}
      <TextField
        label="Sizes"
        description="How many GPUs one allocation may have."
        value={draft.counts}
        onChange={counts => onChange({ counts })}
        maxLength={80}
        inputMode="text"
        error={missing(
          countsOf(draft.counts) === null,
          `Give different numbers from 1 to ${GPUS_PER_ALLOCATION_MAX}, such as 1, 2, 4.`,
        )}
      />
      <div className="catalog-numbers">
        <NumberField
          label="vCPU per GPU"
          value={draft.vcpus}
          onChange={vcpus => onChange({ vcpus })}
          min={1}
          max={VCPUS_PER_GPU_MAX}
          error={missing(draft.vcpus === null, 'Say how many.')}
        />
        <NumberField
          label="Memory per GPU"
          suffix="GiB"
          value={draft.memoryGib}
          onChange={memoryGib => onChange({ memoryGib })}
          min={1}
          max={GIB_MAX}
          error={missing(draft.memoryGib === null, 'Say how much.')}
        />
        <NumberField
          label="Disk per GPU"
          suffix="GiB"
          value={draft.diskGib}
          onChange={diskGib => onChange({ diskGib })}
          min={1}
          max={GIB_MAX * 4}
          error={missing(draft.diskGib === null, 'Say how much.')}
        />
      </div>
    </Stack>
  );
}
