import type { BodySentTo } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  Checkbox,
  CheckboxGroup,
  Inline,
  LinkButton,
  NumberField,
  PageHeader,
  PageState,
  Panel,
  Select,
  ServerIcon,
  Stack,
} from '@portico/ui';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { WHAT_IF_COPIES_MAX, type whatIfPlacement } from '../../contract/placement-operations';
import type { ListedNode } from '../node-words';
import { placementPage } from '../pages';
import { PlacementAnswer } from './placement-answer';
import '../nodes.css';

/** As many as one answer holds. Models of nodes beyond them can be asked for through the API. */
const NODES_MAX = 100;
const GPUS_MAX = 64;
const BYTES_PER_GIB = 1024 ** 3;
/** Nodes that can be set aside by a check box; more would be a wall. */
const NODES_TO_DRAIN_MAX = 40;
const fractions = [
  { value: '1000', label: 'Whole GPUs' },
  { value: '500', label: 'Half a GPU' },
  { value: '250', label: 'A quarter of a GPU' },
] as const;

/** Whether so many of a shape would fit, with the fleet as it is or with some nodes drained. Nothing is held. */
export function PlacementPage() {
  const nodes = useOperation(placementPage, 'listNodes', { query: { limit: NODES_MAX } });
  return (
    <Stack gap="loose">
      <PageHeader
        title="Would it fit?"
        description="Asks the placement that launches use. Nothing is held, and nothing changes."
        breadcrumbs={[{ label: 'Nodes', to: '/admin/nodes' }, { label: 'Would it fit?' }]}
      />
      <PageState
        state={renderingOf(nodes, {
          what: 'nodes',
          layout: 'text',
          empty: nodes.data?.items.length === 0 && {
            icon: ServerIcon,
            title: 'No nodes yet',
            description: 'Nothing fits on a fleet without nodes.',
            actions: <LinkButton to="/admin/nodes/new">Add node</LinkButton>,
          },
        })}
      >
        {nodes.data !== undefined && nodes.data.items.length > 0 && <WhatIf nodes={nodes.data.items} />}
      </PageState>
    </Stack>
  );
}

function WhatIf({ nodes }: { nodes: readonly ListedNode[] }) {
  const { permissions } = useSignedIn();
  const regions = useOperation(placementPage, 'listRegions', {}, { enabled: permissions.has('catalog.sku.read') });
  const ask = useAction(placementPage, 'whatIfPlacement');
  const models = [...new Set(nodes.flatMap(({ gpus }) => gpus.map(({ model }) => model)))].toSorted();
  const [model, setModel] = useState(models[0] ?? '');
  const [gpus, setGpus] = useState<number | null>(1);
  const [fraction, setFraction] = useState<string>('1000');
  const [vcpus, setVcpus] = useState<number | null>(null);
  const [memoryGib, setMemoryGib] = useState<number | null>(null);
  const [copies, setCopies] = useState<number | null>(1);
  const [isSpread, setSpread] = useState(false);
  const [region, setRegion] = useState('');
  const [drained, setDrained] = useState<readonly string[]>([]);
  const isPart = fraction !== '1000';
  const body: BodySentTo<typeof whatIfPlacement> = {
    demand: {
      gpu_model: model,
      gpu_count: isPart ? 1 : (gpus ?? 1),
      ...(isPart ? { gpu_fraction_milli: Number(fraction) } : {}),
      ...(vcpus === null || vcpus === 0 ? {} : { vcpus }),
      ...(memoryGib === null || memoryGib === 0 ? {} : { memory_bytes: memoryGib * BYTES_PER_GIB }),
      ...(region === '' ? {} : { regions: [region] }),
    },
    copies: copies ?? 1,
    ...(isSpread ? { spread: true } : {}),
    ...(drained.length === 0 ? {} : { drained_node_ids: [...drained] }),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ask.isPending && model !== '') ask.mutate({ body });
  };
  const asked = ask.variables?.body;
  const [knownRegions, drainable] = [
    regions.data?.items ?? [],
    nodes.filter(({ slots }) => slots.total > 0).slice(0, NODES_TO_DRAIN_MAX),
  ];
  return (
    <div className="what-if">
      <form onSubmit={submit} noValidate>
        <Panel title="What is asked for">
          <Stack>
            <Select
              label="GPU model"
              value={model}
              onChange={setModel}
              options={models.map(value => ({ value, label: value }))}
            />
            <Select label="Of each GPU" value={fraction} onChange={setFraction} options={fractions} />
            {!isPart && (
              <NumberField
                label="GPUs"
                description="Of one workload, on one node."
                value={gpus}
                onChange={setGpus}
                min={1}
                max={GPUS_MAX}
              />
            )}
            <NumberField
              label="Copies"
              description="Workloads alike, at the same time."
              value={copies}
              onChange={setCopies}
              min={1}
              max={WHAT_IF_COPIES_MAX}
            />
            <Checkbox
              label="Spread them"
              description="As few on one node as the fleet allows."
              isSelected={isSpread}
              onChange={setSpread}
            />
            <div className="what-if-pair">
              <NumberField label="CPUs" isRequired={false} value={vcpus} onChange={setVcpus} max={4096} />
              <NumberField
                label="Memory"
                isRequired={false}
                suffix="GiB"
                value={memoryGib}
                onChange={setMemoryGib}
                max={65_536}
              />
            </div>
            {knownRegions.length > 1 && (
              <Select
                label="Region"
                value={region}
                onChange={setRegion}
                isClearable
                placeholder="Any region"
                options={knownRegions.map(one => ({ value: one.region, label: one.region }))}
              />
            )}
            <CheckboxGroup
              label="As if these were drained"
              options={drainable.map(node => ({ value: node.node_id, label: node.name }))}
              value={drained}
              onChange={setDrained}
            />
            <EquivalentCall page={placementPage} name="whatIfPlacement" args={{ body }} />
            <Inline>
              <Button type="submit" variant="primary" isPending={ask.isPending}>
                Ask
              </Button>
            </Inline>
          </Stack>
        </Panel>
      </form>
      <div aria-live="polite">
        {ask.error !== null && <Banner tone="failed">{ask.error.message}</Banner>}
        {ask.data !== undefined && asked !== undefined && (
          <PlacementAnswer answer={ask.data} asked={asked} nodes={nodes} />
        )}
        {ask.data === undefined && ask.error === null && (
          <Panel title="Answer">
            <p className="pt-description">Where it would go, or why it would not, stands here once you ask.</p>
          </Panel>
        )}
      </div>
    </div>
  );
}
