import type { ReplyOf } from '@portico/plugin-kit/contract';
import { Duration, Instant, Money, Rate } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listUsage } from '../../contract/operations';

export type Usage = ReplyOf<typeof listUsage>['items'][number];

/** With the names of hardware, where they are known. */
export function usageColumns(names: ReadonlyMap<string, string>): readonly DataColumn<Usage>[] {
  return [
    { key: 'name', header: 'Workload', cell: row => row.allocation_name, priority: 1 },
    {
      key: 'tags',
      header: 'Tags',
      cell: row => tagWords(row.tags),
      priority: 3,
    },
    {
      key: 'hardware',
      header: 'Hardware',
      cell: row => `${row.gpu_count} × ${names.get(row.sku_id) ?? (row.gpu_count === 1 ? 'GPU' : 'GPUs')}`,
      priority: 2,
    },
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
      key: 'credited',
      header: 'Given back',
      cell: row => (row.credited.amount === '0' ? '–' : <Money value={row.credited} fractionDigits={4} />),
      align: 'end',
      priority: 3,
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
}

function tagWords(tags: Usage['tags']): string {
  const words = Object.entries(tags).map(([key, value]) => `${key}:${value}`);
  return words.length === 0 ? '–' : words.join(', ');
}
