import type { Money as MoneyAmount } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { Money, PageState, Panel, Stat, StatRow } from '@portico/ui';
import { projectPage } from '../pages';
import { spendOf } from './spend';

/** As many as one page of usage holds. A project with more says that the sum is of the most expensive ones. */
const ROWS_MAX = 200;
/** What runs costs by the second; this often the figures are read again. */
const REFETCH_MILLISECONDS = 10_000;

/** What its workloads cost so far, running ones up to now. */
export function ProjectSpend({ projectId }: { projectId: string }) {
  const usage = useOperation(
    projectPage,
    'listUsage',
    { query: { project_id: projectId, sort: '-cost', limit: ROWS_MAX } },
    { refetchMilliseconds: REFETCH_MILLISECONDS },
  );
  const rows = usage.data?.items ?? [];
  const isPart = usage.data?.next_cursor != null;
  const { sums, running } = spendOf(rows);
  return (
    <Panel title="Spend">
      <PageState state={renderingOf(usage, { layout: 'text' })}>
        <StatRow label="Spend of the project">
          <Stat
            label={isPart ? `Spent by the ${rows.length} most expensive` : 'Spent so far'}
            value={sums.length === 0 ? '–' : sums.map(sum => <Sum key={sum.currency} value={sum} />)}
            hint={sums.length === 0 ? 'Nothing was billed yet' : 'All that ran in it, to the second'}
          />
          <Stat label="Workloads billed" value={isPart ? `${rows.length}+` : rows.length} />
          <Stat label="Running now" value={running} />
        </StatRow>
      </PageState>
    </Panel>
  );
}

function Sum({ value }: { value: MoneyAmount }) {
  return (
    <div>
      <Money value={value} />
    </div>
  );
}
