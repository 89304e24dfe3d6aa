import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { formatMoney, PageState, Panel, Select, StackedBars, useListUrlState } from '@portico/ui';
import type { BarBucket } from '@portico/ui';
import type { getUsageTimeline } from '../../contract/cost-operations';
import { groupings, groupLabel } from '../cost-groups';
import { billingPage } from '../pages';
import { instantsOf, isPeriod, periodNames, periodOptions, periods } from '../periods';
import { useSkuNames } from '../use-sku-names';

type Timeline = ReplyOf<typeof getUsageTimeline>;

/** The present day moves on; so often its bar is read again. */
const REFETCH_MILLISECONDS = 60_000;
/** Micro-units have so many places after the point. */
const MICRO_DECIMALS = 6;
const shownGroupings = groupings.filter(({ value }) => value !== 'department');
const timelineUrl = {
  filters: { period: { values: periodNames }, group_by: { values: shownGroupings.map(({ value }) => value) } },
};

/** What each day or month cost, stacked by what it is made of. */
export function TimelinePanel() {
  const url = useListUrlState(timelineUrl);
  const chosen = url.filter('period');
  const period = isPeriod(chosen) ? chosen : '30d';
  const groupBy = url.filter('group_by') ?? 'none';
  const timeline = useOperation(
    billingPage,
    'getUsageTimeline',
    { query: { ...instantsOf(period, new Date()), interval: periods[period].interval, group_by: groupBy } },
    { refetchMilliseconds: REFETCH_MILLISECONDS, keepPrevious: true },
  );
  return (
    <Panel
      title="Usage"
      actions={
        <>
          <Select
            label="Period"
            isLabelHidden
            value={period}
            options={periodOptions}
            onChange={value => url.setFilter('period', value)}
          />
          <Select
            label="Group by"
            isLabelHidden
            isClearable
            placeholder="All together"
            value={groupBy === 'none' ? '' : groupBy}
            options={shownGroupings.map(({ value, label }) => ({
              value: value as string,
              label: `By ${label.toLowerCase()}`,
            }))}
            onChange={value => url.setFilter('group_by', value === '' ? null : value)}
          />
        </>
      }
    >
      <PageState state={renderingOf(timeline, { layout: 'text' })}>
        {timeline.data !== undefined && <Bars timeline={timeline.data} />}
      </PageState>
    </Panel>
  );
}

function Bars({ timeline }: { timeline: Timeline }) {
  const names = useSkuNames(billingPage);
  const { projects } = useSignedIn();
  const known = new Map([...names, ...projects.map(project => [project.projectId, project.name] as const)]);
  const format = (value: bigint) => formatMoney({ ...timeline.total, amount: value.toString() });
  const formatLine = (value: bigint, step: bigint) =>
    formatMoney({ ...timeline.total, amount: value.toString() }, { fractionDigits: decimalsOf(step) });
  // Without usage there is no series; one of zeros keeps the axis.
  const series =
    timeline.series.length === 0
      ? [{ id: 'none', label: 'All usage', values: timeline.buckets.map(() => 0n) }]
      : timeline.series.map(one => ({
          id: `${one.kind}:${one.key ?? ''}`,
          label: groupLabel(one, timeline.group_by, known),
          values: one.amounts.map(amount => BigInt(amount)),
        }));
  return (
    <StackedBars
      title={`${formatMoney(timeline.total)} in all`}
      note="days in UTC"
      buckets={timeline.buckets.map(bucket => bucketOf(bucket.begins_at, timeline.interval))}
      series={series}
      formatValue={format}
      formatLine={formatLine}
    />
  );
}

/** The fewest decimals that say a multiple of this many micro-units exactly. */
function decimalsOf(step: bigint): number {
  const digits = step
    .toString()
    .padStart(MICRO_DECIMALS + 1, '0')
    .slice(-MICRO_DECIMALS);
  return digits.replace(/0+$/, '').length;
}

/** Named by its day or month in UTC, wherever one looks at it. */
function bucketOf(beginsAt: string, interval: Timeline['interval']): BarBucket {
  const text = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(new Date(beginsAt));
  if (interval === 'month') {
    return { key: beginsAt, label: text({ month: 'long', year: 'numeric' }), shortLabel: text({ month: 'short' }) };
  }
  return {
    key: beginsAt,
    label: text({ day: 'numeric', month: 'short', year: 'numeric' }),
    shortLabel: text({ day: 'numeric', month: 'short' }),
  };
}
