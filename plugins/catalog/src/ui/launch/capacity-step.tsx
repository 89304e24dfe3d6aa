import { useOperation } from '@portico/plugin-kit/ui';
import { BATCH_COUNT_MAX } from '@portico/plugin-workloads/contract';
import { NumberField, RadioCards, Select, Stack } from '@portico/ui';
import { launchPage } from '../pages';
import type { Sku } from '../sku';
import { TopologyMap } from '../topology-map';
import type { StepProps } from './choice-steps';

/** Largest number of free GPUs that one node has: what a launch on a single node can get now. */
function largestOnOneNode(topology: {
  nodes: readonly { numa_domains: readonly { gpus: readonly { state: string }[] }[] }[];
}): number {
  const free = topology.nodes.map(
    node => node.numa_domains.flatMap(domain => domain.gpus).filter(gpu => gpu.state === 'free').length,
  );
  return Math.max(0, ...free);
}

export function CapacityStep({ draft, change, error, sku }: StepProps & { sku: Sku }) {
  const topology = useOperation(launchPage, 'getFleetTopology', { query: { gpu_model: sku.gpu_model } });
  const largest = topology.data === undefined || topology.data.truncated ? Infinity : largestOnOneNode(topology.data);
  return (
    <Stack>
      <RadioCards
        id="step-capacity"
        label="GPUs on one node"
        description="All GPUs of one workload are on the same node."
        minWidth="small"
        error={error}
        value={draft.gpuCount === null ? null : String(draft.gpuCount)}
        onChange={count => change({ gpuCount: Number(count) })}
        options={sku.gpu_counts.map(count => ({
          value: String(count),
          title: count === 1 ? '1 GPU' : `${count} GPUs`,
          description: `${count * sku.vcpus_per_gpu} vCPU`,
          disabledReason: count > largest ? `At most ${largest} are free on one node now` : null,
        }))}
      />
      <NumberField
        label="How many workloads"
        description={`Alike, each with GPUs, a name and a price of its own; all of them are launched or none. At most ${BATCH_COUNT_MAX}.`}
        value={draft.count}
        min={1}
        max={BATCH_COUNT_MAX}
        onChange={count => change({ count: count ?? 1 })}
      />
      {draft.count > 1 && (
        <RadioCards
          id="step-spread"
          label="Where they run"
          minWidth="small"
          value={draft.spread ? 'spread' : 'packed'}
          onChange={choice => change({ spread: choice === 'spread' })}
          options={[
            { value: 'packed', title: 'Close together', description: 'On as few nodes as they fit on.' },
            {
              value: 'spread',
              title: 'Spread',
              description: 'As few on one node as possible: a node that fails takes few with it.',
            },
          ]}
        />
      )}
      {sku.regions !== null && sku.regions.length > 1 && (
        <Select
          label="Region"
          description="Where it runs. Any region has the most capacity."
          value={sku.regions.includes(draft.region ?? '') ? (draft.region ?? '') : ''}
          placeholder="Any region"
          isClearable
          onChange={region => change({ region: region === '' ? null : region })}
          options={sku.regions.map(region => ({ value: region, label: region }))}
        />
      )}
      {topology.data !== undefined && <TopologyMap topology={topology.data} variant="full" />}
    </Stack>
  );
}
