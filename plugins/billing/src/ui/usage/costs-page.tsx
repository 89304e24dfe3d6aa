import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  DataTable,
  Duration,
  EmptyState,
  Inline,
  Money,
  PageState,
  ReceiptIcon,
  Select,
  Stack,
  Stat,
  StatRow,
  TextField,
  useListUrlState,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { getCosts } from '../../contract/cost-operations';
import { BillingFrame } from '../billing-frame';
import { groupings, groupLabel } from '../cost-groups';
import { costsPage } from '../pages';
import { instantsOf, isPeriod, periodNames, periodOptions } from '../periods';
import { useSkuNames } from '../use-sku-names';
import { UsageViews } from './usage-views';

type Group = ReplyOf<typeof getCosts>['items'][number];

/** Keys of tags, as the operation takes them. */
const TAG_GROUP = /^tag:[a-z0-9][a-z0-9_.-]{0,39}$/;
const TAG_KEY_LENGTH_MAX = 40;
/** The choice that asks for the key of a tag. */
const TAG = 'tag';
const GROUP_BY = /^(project|user|sku|department|tag:[a-z0-9][a-z0-9_.-]{0,39})$/;
const costsUrl = { filters: { period: { values: periodNames }, group_by: { pattern: GROUP_BY } } };

/** What it all came to, by what it was used for. */
export function CostsPage() {
  const url = useListUrlState(costsUrl);
  const chosen = url.filter('period');
  const period = isPeriod(chosen) ? chosen : 'month';
  const groupBy = url.filter('group_by') ?? 'project';
  const costs = useOperation(
    costsPage,
    'getCosts',
    { query: { ...instantsOf(period, new Date()), group_by: groupBy } },
    { keepPrevious: true },
  );
  const organization = useOperation(costsPage, 'getOrganization', {});
  const departmentsShown = organization.data?.departments_visible ?? false;
  const names = useSkuNames(costsPage);
  const { projects } = useSignedIn();
  const known = new Map([...names, ...projects.map(project => [project.projectId, project.name] as const)]);
  const { data } = costs;
  return (
    <BillingFrame title="Costs">
      <UsageViews />
      <Stack gap="loose">
        <Inline>
          <Select
            label="Period"
            value={period}
            options={periodOptions}
            onChange={value => url.setFilter('period', value)}
          />
          <Select
            label="Add up by"
            value={groupBy.startsWith('tag:') ? TAG : groupBy}
            options={[
              ...groupings.filter(({ value }) => value !== 'department' || departmentsShown),
              { value: TAG, label: 'Tag' },
            ].map(({ value, label }) => ({ value: value as string, label }))}
            onChange={value => url.setFilter('group_by', value === TAG ? 'tag:team' : value)}
          />
          {groupBy.startsWith('tag:') && (
            <TagKey
              key={groupBy}
              value={groupBy.slice(TAG.length + 1)}
              onChange={key => url.setFilter('group_by', `tag:${key}`)}
            />
          )}
        </Inline>
        <PageState state={renderingOf(costs, { layout: 'rows' })}>
          {data !== undefined && (
            <Stack>
              <StatRow label="In all">
                <Stat label="Cost" value={<Money value={data.total} />} hint="What was charged for use" />
                <Stat
                  label="Given back"
                  value={<Money value={data.credited} />}
                  hint="For nodes that could not be reached"
                />
                <Stat
                  label="GPU time"
                  value={<Duration seconds={data.gpu_seconds} />}
                  hint="Times the number of GPUs"
                />
              </StatRow>
              {data.items.length === 0 ? (
                <EmptyState icon={ReceiptIcon} title="Nothing was used" description="No workload ran in this period." />
              ) : (
                <DataTable
                  label="Costs"
                  columns={columns(groupBy, known)}
                  rows={data.items}
                  rowKey={group => `${group.kind}:${group.key ?? ''}`}
                  isRefreshing={costs.isPlaceholderData}
                />
              )}
            </Stack>
          )}
        </PageState>
      </Stack>
    </BillingFrame>
  );
}

function TagKey({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  const [key, setKey] = useState(value);
  const isValid = TAG_GROUP.test(`tag:${key}`);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) onChange(key);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Inline gap="tight">
        <TextField
          label="Key of the tag"
          value={key}
          onChange={setKey}
          maxLength={TAG_KEY_LENGTH_MAX}
          autoComplete="off"
          isMonospace
          error={isValid ? null : 'Small letters, digits, _ . and - only.'}
        />
        <Button type="submit">Show</Button>
      </Inline>
    </form>
  );
}

function columns(groupBy: string, known: ReadonlyMap<string, string>): readonly DataColumn<Group>[] {
  const header = groupings.find(({ value }) => value === groupBy)?.label ?? `Tag ${groupBy.slice(TAG.length + 1)}`;
  return [
    { key: 'group', header, cell: group => groupLabel(group, groupBy, known), priority: 1 },
    {
      key: 'share',
      header: 'Share',
      cell: group => `${(group.share * 100).toFixed(1)} %`,
      align: 'end',
      priority: 1,
      isNarrow: true,
    },
    {
      key: 'time',
      header: 'GPU time',
      cell: group => <Duration seconds={group.gpu_seconds} />,
      align: 'end',
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'credited',
      header: 'Given back',
      cell: group => (group.credited.amount === '0' ? '–' : <Money value={group.credited} />),
      align: 'end',
      priority: 3,
      isNarrow: true,
    },
    {
      key: 'cost',
      header: 'Cost',
      cell: group => <Money value={group.cost} />,
      align: 'end',
      priority: 1,
      isNarrow: true,
    },
  ];
}
