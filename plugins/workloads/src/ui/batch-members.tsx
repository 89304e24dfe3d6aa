import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  ConfirmDialog,
  DataTable,
  formatMoney,
  Panel,
  Rate,
  showToast,
  StatusChip,
  TrashIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { getAllocationBatch } from '../contract/batch';
import { taskPage } from './pages';
import { isReleasable } from './workload-words';
import type { Workload } from './workload-words';

type BatchReply = ReplyOf<typeof getAllocationBatch>;

const RELEASE = 'workloads.allocation.release';
const columns: DataColumn<Workload>[] = [
  { key: 'name', header: 'Name', cell: row => row.name, priority: 1 },
  {
    key: 'status',
    header: 'Status',
    cell: row => <StatusChip family="allocation" status={row.display_status} />,
    priority: 1,
    isNarrow: true,
  },
  {
    key: 'price',
    header: 'Price',
    cell: row => <Rate value={row.price_per_hour} />,
    align: 'end',
    priority: 2,
    isNarrow: true,
  },
];

/** The workloads one task launches, and how far each is. `isOver`: they are launched, and can be released together. */
export function BatchMembers({ batch, isOver }: { batch: BatchReply; isOver: boolean }) {
  const [isAsking, setAsking] = useState(false);
  const mayRelease = useSignedIn().permissions.has(RELEASE) && isOver && batch.allocations.some(isReleasable);
  return (
    <Panel
      title="Workloads"
      description="Launched together; they become active together, and live by themselves from then on."
      actions={
        mayRelease && (
          <Button size="small" icon={TrashIcon} onPress={() => setAsking(true)}>
            Release all
          </Button>
        )
      }
    >
      <DataTable
        label="Workloads of the batch"
        columns={columns}
        rows={batch.allocations}
        rowKey={row => row.allocation_id}
        rowTo={row => `/workloads/${row.allocation_id}`}
      />
      {isAsking && <ReleaseAllDialog batch={batch} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function ReleaseAllDialog({ batch, onClose }: { batch: BatchReply; onClose: () => void }) {
  const { batch_id: batchId, name, price_per_hour: price, count } = batch.allocation_batch;
  const left = batch.allocations.filter(isReleasable);
  const release = useAction(taskPage, 'releaseAllocationBatch', {
    invalidates: ['getAllocationBatch', 'getAllocation', 'listWorkloads', 'getBalance'],
  });
  const what = left.length === 1 ? '1 workload' : `${left.length} workloads`;
  const args = { params: { batch_id: batchId } };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title={`Release what is left of ${name}?`}
      impact={[
        `Everything that runs in ${what} ends, and terminals and SSH connections close.`,
        'Their homes and everything else on their disks are deleted for good.',
        left.length === count
          ? `Billing of ${formatMoney(price, { per: 'hour' })} stops at once.`
          : 'Billing of all of them stops at once.',
      ]}
      confirmLabel={`Release ${what}`}
      error={release.error?.message ?? null}
      isPending={release.isPending}
      onConfirm={async () => {
        // One release of these, however often it is pressed.
        const state =
          left
            .map(one => one.updated_at)
            .toSorted()
            .at(-1) ?? '';
        await release.mutateAsync({ ...args, idempotencyKey: `release-${batchId}-${state}` });
        showToast({ tone: 'info', title: `What is left of ${name} is being released.` });
        onClose();
      }}
    >
      <EquivalentCall page={taskPage} name="releaseAllocationBatch" args={args} />
    </ConfirmDialog>
  );
}
