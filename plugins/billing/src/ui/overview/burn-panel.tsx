import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { DataTable, formatInstant, Money, PageState, Panel, Rate, RelativeTime } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { getBurn } from '../../contract/cost-operations';
import { billingPage } from '../pages';
import { useSkuNames } from '../use-sku-names';

type Burning = ReplyOf<typeof getBurn>['items'][number];

const REFETCH_MILLISECONDS = 10_000;
/** The most expensive ones are what one looks for; all of them are under usage. */
const ROWS_SHOWN = 10;

/** What runs now and costs, the most expensive first. */
export function BurnPanel() {
  const burn = useOperation(
    billingPage,
    'getBurn',
    {},
    { refetchMilliseconds: REFETCH_MILLISECONDS, live: event => /^(billing|provisioning)\./.test(event.event_type) },
  );
  const names = useSkuNames(billingPage);
  const { data } = burn;
  const rows = data?.items.slice(0, ROWS_SHOWN) ?? [];
  return (
    <Panel
      title="Running now"
      description={
        data !== undefined &&
        data.drains_at !== null &&
        `If it all runs on, the money is used up on ${formatInstant(new Date(data.drains_at), { seconds: false })}.`
      }
      isFlush={rows.length > 0}
      footer={
        data !== undefined &&
        data.running_count > rows.length &&
        `${data.running_count - rows.length} more run; the list under Usage has all of them.`
      }
    >
      <PageState state={renderingOf(burn, { layout: 'rows' })}>
        {rows.length > 0 ? (
          <DataTable
            label="Running now"
            columns={columns(names)}
            rows={rows}
            rowKey={row => row.allocation_id}
            rowTo={row => `/workloads/${row.allocation_id}`}
          />
        ) : (
          <p>Nothing runs, so nothing is charged. What runs shows here with its price.</p>
        )}
      </PageState>
    </Panel>
  );
}

function columns(names: ReadonlyMap<string, string>): readonly DataColumn<Burning>[] {
  return [
    { key: 'name', header: 'Workload', cell: row => row.allocation_name, priority: 1 },
    {
      key: 'hardware',
      header: 'Hardware',
      cell: row => `${row.gpu_count} × ${names.get(row.sku_id) ?? (row.gpu_count === 1 ? 'GPU' : 'GPUs')}`,
      priority: 2,
    },
    { key: 'since', header: 'Since', cell: row => <RelativeTime at={row.started_at} />, priority: 2, isNarrow: true },
    {
      key: 'price',
      header: 'Price',
      cell: row => <Rate value={row.price_per_hour} />,
      align: 'end',
      priority: 1,
      isNarrow: true,
    },
    {
      key: 'share',
      header: 'Of the burn rate',
      cell: row => `${Math.round(row.share * 100)} %`,
      align: 'end',
      priority: 3,
      isNarrow: true,
    },
    {
      key: 'cost',
      header: 'So far',
      cell: row => <Money value={row.cost} />,
      align: 'end',
      priority: 1,
      isNarrow: true,
    },
  ];
}
