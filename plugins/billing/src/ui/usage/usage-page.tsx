import { apiClientRef, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { DownloadIcon, LinkButton, ListPage, ReceiptIcon, TextField, useListUrlState } from '@portico/ui';
import type { ListUrl } from '@portico/ui';
import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import { BillingFrame } from '../billing-frame';
import { usagePage } from '../pages';
import { instantsOf, isPeriod, periodNames, periodOptions } from '../periods';
import { useSkuNames } from '../use-sku-names';
import { usageColumns } from './usage-columns';
import { UsageViews } from './usage-views';

/** What runs costs by the second; this often the figures are read again. */
const REFETCH_MILLISECONDS = 10_000;
/** As many as one page of a list holds. */
const ROWS_MAX = 200;

const ID_LENGTH_MAX = 64;
const TAG_LENGTH_MAX = 121;
/** As operations take one: its key ends at the first colon. */
const TAG = /^[a-z0-9][a-z0-9_.-]{0,39}:\S(.{0,78}\S)?$/;
const statuses = ['running', 'stopped'] as const;
const sorts = ['-started_at', 'started_at', '-cost', 'cost'] as const;
const usageUrl = {
  sorts,
  filters: {
    status: { values: statuses },
    project: { maxLength: ID_LENGTH_MAX },
    sku: { maxLength: ID_LENGTH_MAX },
    user: { maxLength: ID_LENGTH_MAX },
    period: { values: periodNames },
    tag: { pattern: TAG, maxLength: TAG_LENGTH_MAX },
  },
};
type UsageFilter = keyof typeof usageUrl.filters;

/** What the address says, as the operation takes it. */
function queryOf(list: ListUrl<UsageFilter>) {
  const [project, sku, user, tag, period] = (['project', 'sku', 'user', 'tag', 'period'] as const).map(list.filter);
  const status = statuses.find(one => one === list.filter('status'));
  return {
    sort: sorts.find(one => one === list.sort) ?? sorts[0],
    ...(status === undefined ? {} : { status }),
    ...(project === undefined ? {} : { project_id: project }),
    ...(sku === undefined ? {} : { sku_id: sku }),
    ...(user === undefined ? {} : { user_id: user }),
    ...(tag === undefined ? {} : { tag }),
    ...(isPeriod(period) ? instantsOf(period, new Date()) : {}),
  };
}

/** What each workload cost. */
export function UsagePage() {
  const client = useApi(apiClientRef);
  const list = useListUrlState(usageUrl);
  const query = queryOf(list);
  const { projects, permissions } = useSignedIn();
  const names = useSkuNames(usagePage);
  const members = useOperation(
    usagePage,
    'listMembers',
    { query: { limit: ROWS_MAX } },
    { enabled: permissions.has('access.member.read') },
  );
  const usage = useOperation(
    usagePage,
    'listUsage',
    { query: { ...query, ...(list.cursor === null ? {} : { cursor: list.cursor }) } },
    { refetchMilliseconds: REFETCH_MILLISECONDS, keepPrevious: true },
  );
  return (
    <BillingFrame title="Usage">
      <UsageViews />
      <ListPage
        label="Usage"
        list={list}
        filters={[
          { key: 'period', label: 'Period', anyLabel: 'All time', options: periodOptions },
          {
            key: 'status',
            label: 'State',
            options: [
              { value: 'running', label: 'Running' },
              { value: 'stopped', label: 'Stopped' },
            ],
          },
          {
            key: 'project',
            label: 'Project',
            options: projects.map(({ projectId: value, name: label }) => ({ value, label })),
          },
          { key: 'sku', label: 'Hardware', options: [...names].map(([value, label]) => ({ value, label })) },
          {
            key: 'user',
            label: 'User',
            options: (members.data?.items ?? []).map(({ user_id: value, username: label }) => ({ value, label })),
          },
        ]}
        extraFilters={<TagFilter value={list.filter('tag')} onChange={tag => list.setFilter('tag', tag)} />}
        columns={usageColumns(names)}
        rows={usage.data?.items}
        rowKey={row => row.allocation_id}
        rowTo={row => `/workloads/${row.allocation_id}`}
        nextCursor={usage.data?.next_cursor ?? null}
        isRefreshing={usage.isPlaceholderData}
        failure={usage.error}
        onRetry={() => void usage.refetch()}
        empty={{
          icon: ReceiptIcon,
          title: 'No usage yet',
          description: 'What your workloads cost shows here, by the second, from the moment they are active.',
          actions: (
            <LinkButton to="/launch" variant="primary">
              Launch a workload
            </LinkButton>
          ),
        }}
        toolbar={
          <LinkButton
            to={client.href(usagePage.operations.exportUsage, { query })}
            icon={DownloadIcon}
            size="small"
            download="usage.csv"
          >
            CSV
          </LinkButton>
        }
      />
    </BillingFrame>
  );
}

/** Takes effect when it is entered: half a tag matches nothing. */
function TagFilter({ value, onChange }: { value: string | undefined; onChange: (tag: string | null) => void }) {
  const [typed, setTyped] = useState(value ?? '');
  useEffect(() => setTyped(value ?? ''), [value]);
  const isValid = typed === '' || TAG.test(typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) onChange(typed === '' ? null : typed);
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextField
        label="Tag"
        isLabelHidden
        placeholder="Tag, as key:value"
        value={typed}
        onChange={setTyped}
        onBlur={() => isValid && (value ?? '') !== typed && onChange(typed === '' ? null : typed)}
        maxLength={TAG_LENGTH_MAX}
        autoComplete="off"
      />
    </form>
  );
}
