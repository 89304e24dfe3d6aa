import {
  BoxIcon,
  CardGrid,
  DataTable,
  LinkButton,
  MissingPermission,
  PageHeader,
  PageState,
  Panel,
  Skeleton,
  Stack,
  type PageRendering,
} from '../src/index';

const STATES: Array<[string, PageRendering]> = [
  [
    'Empty',
    {
      kind: 'empty',
      title: 'No SSH keys',
      description: 'A key lets you connect with your own terminal.',
      icon: BoxIcon,
      actions: <LinkButton to="/forms">Add a key</LinkButton>,
    },
  ],
  [
    'Error',
    {
      kind: 'error',
      failure: {
        status: 503,
        code: 'database_unavailable',
        message: 'The database does not answer.',
        correlationId: 'c_8d2k19',
      },
      onRetry: () => undefined,
    },
  ],
  [
    'Restricted',
    {
      kind: 'restricted',
      permission: 'access.user.read_any',
      sentence: 'see every user of the platform',
      grantedBy: 'an administrator of the platform',
    },
  ],
  ['Refused', { kind: 'refused', message: 'The organization asks for a second factor: set one up in your account.' }],
  ['Rate limited', { kind: 'rate_limited', retryAfterSeconds: 42, onRetry: () => undefined }],
  ['Not found', { kind: 'not_found', what: 'workload', backTo: '/list', backLabel: 'All workloads' }],
  ['Loading', { kind: 'loading' }],
];

export function StatesPage() {
  return (
    <Stack gap="loose">
      <PageHeader title="States" description="The six renderings of every page, and what waiting looks like." />
      <CardGrid minWidth="large">
        {STATES.map(([title, state]) => (
          <Panel key={title} title={title}>
            <PageState state={state} />
          </Panel>
        ))}
        <Panel title="A missing action">
          <MissingPermission permission="access.member.manage" sentence="invite people to the organization" />
        </Panel>
      </CardGrid>
      <DataTable
        label="Loading rows"
        columns={[
          { key: 'a', header: 'Name', cell: () => null },
          { key: 'b', header: 'Status', cell: () => null },
        ]}
        rows={[]}
        rowKey={String}
        isLoading
        skeletonRows={3}
      />
      <Skeleton shape="cards" count={3} />
    </Stack>
  );
}
