import type { ReplyOf } from '@portico/plugin-kit/contract';
import { Duration, Instant, Money, Rate } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listUsage } from '../../contract/operations';

export type Usage = ReplyOf<typeof listUsage>['items'][number];

export const usageColumns: readonly DataColumn<Usage>[] = [
  { key: 'name', header: 'Workload', cell: row => row.allocation_name, priority: 1 },
  { key: 'gpus', header: 'GPUs', cell: row => row.gpu_count, align: 'end', priority: 2, isNarrow: true },
  {
    key: 'started',
    header: 'Started',
    cell: row => <Instant at={row.started_at} withSeconds />,
    sortKey: 'started_at',
    priority: 2,
    isNarrow: true,
  },
  {
    key: 'stopped',
    header: 'Stopped',
    cell: row => (row.stopped_at === null ? 'running' : <Instant at={row.stopped_at} withSeconds />),
    priority: 3,
    isNarrow: true,
  },
  {
    key: 'time',
    header: 'Time',
    cell: row => <Duration seconds={row.seconds} />,
    align: 'end',
    priority: 2,
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
  {
    key: 'cost',
    header: 'Cost',
    cell: row => <Money value={row.cost} fractionDigits={4} />,
    sortKey: 'cost',
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];
