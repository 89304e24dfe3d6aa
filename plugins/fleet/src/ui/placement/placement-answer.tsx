import type { BodySentTo } from '@portico/plugin-kit/contract';
import { Banner, DataTable, Panel, SlotMap, Stack } from '@portico/ui';
import type { SlotMapNode } from '@portico/ui';
import type { whatIfPlacement } from '../../contract/placement-operations';
import { plural, slotsText } from '../node-words';
import type { ListedNode, WhatIfAnswer } from '../node-words';

/** More nodes than fit a screen are in the table alone. */
const NODES_DRAWN_MAX = 8;

interface PlacementAnswerProps {
  answer: WhatIfAnswer;
  asked: BodySentTo<typeof whatIfPlacement>;
  nodes: readonly ListedNode[];
}

/** The answer in words, and where it would go as a picture. */
export function PlacementAnswer({ answer, asked, nodes }: PlacementAnswerProps) {
  const { fits, placements, refusal, node_count: nodeCount } = answer;
  const copies = asked.copies ?? 1;
  const { gpu_model: model, gpu_count: gpus, gpu_fraction_milli: fraction = 1000 } = asked.demand;
  const shape = fraction === 1000 ? `${gpus} × ${model}` : `${fraction / 10} % of one ${model}`;
  const nodeOf = (id: string) => nodes.find(node => node.node_id === id);
  return (
    <Panel title="Answer">
      <Stack>
        {fits ? (
          <Banner tone="info" title={copies === 1 ? 'It fits' : `All ${copies} fit`}>
            {`${copies === 1 ? shape : `${copies} times ${shape}`} on ${plural(nodeCount, 'node')}.`}
          </Banner>
        ) : (
          <Banner tone="warning" title={copies === 1 ? 'It does not fit' : `Not all ${copies} fit`}>
            {refusal === null ? 'No reason was given.' : refusalText(refusal, copies)}
          </Banner>
        )}
        {placements.length > 0 && (
          <>
            <SlotMap
              label="Where it would go"
              variant="picture"
              nodes={placements
                .slice(0, NODES_DRAWN_MAX)
                .flatMap(({ node_id: id, count }) => drawn(nodeOf(id), { model, taken: count * gpus }))}
            />
            <DataTable
              label="Where it would go"
              rows={placements}
              rowKey={placement => placement.node_id}
              rowTo={placement => `/admin/nodes/${placement.node_id}`}
              columns={[
                {
                  key: 'node',
                  header: 'Node',
                  cell: placement => <span className="pt-mono">{placement.node_name}</span>,
                  priority: 1,
                },
                {
                  key: 'copies',
                  header: 'Copies',
                  cell: ({ count }) => count,
                  priority: 1,
                  align: 'end',
                  isNarrow: true,
                },
                {
                  key: 'now',
                  header: 'Slots now',
                  cell: ({ node_id: id }) => {
                    const node = nodeOf(id);
                    return node === undefined ? '–' : slotsText(node);
                  },
                  priority: 2,
                },
              ]}
            />
          </>
        )}
      </Stack>
    </Panel>
  );
}

function refusalText(refusal: NonNullable<WhatIfAnswer['refusal']>, copies: number): string {
  return [
    refusal.message,
    copies > 1 && refusal.fitting_copies > 0 && refusal.alternative === null
      ? `${refusal.fitting_copies} of them would fit.`
      : '',
    refusal.alternative ?? '',
  ]
    .filter(part => part !== '')
    .join(' ');
}

/** A node by its counts: which of its GPUs it would be is decided at the launch. */
function drawn(node: ListedNode | undefined, { model, taken }: { model: string; taken: number }): SlotMapNode[] {
  if (node === undefined) return [];
  const { slots } = node;
  const candidates = Math.min(taken, slots.free);
  const states = [
    ...Array.from({ length: slots.held }, () => 'held' as const),
    ...Array.from({ length: candidates }, () => 'candidate' as const),
    ...Array.from({ length: slots.free - candidates }, () => 'free' as const),
    ...Array.from({ length: slots.blocked }, () => 'blocked' as const),
  ];
  return [
    {
      id: node.node_id,
      label: node.name,
      detail: model,
      numa: [
        {
          id: 'all',
          label: node.name,
          gpus: states.map((state, index) => ({
            id: `gpu-${index}`,
            label: `Slot ${index + 1}`,
            slices: [{ id: `${node.node_id}-${index}`, state }],
          })),
        },
      ],
    },
  ];
}
