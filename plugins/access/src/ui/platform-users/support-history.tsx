import { useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Button, EyeIcon, Instant, ListPage, showToast, StateChip, useListUrlState } from '@portico/ui';
import type { DataColumn, Tone } from '@portico/ui';
import type { SupportSession } from './open-support-sessions';
import { supportPage } from './platform-pages';

const looks = {
  open: { tone: 'progress', label: 'Open' },
  ended: { tone: 'muted', label: 'Left' },
  expired: { tone: 'muted', label: 'Expired' },
} as const satisfies Record<SupportSession['status'], { tone: Tone; label: string }>;

const historyUrl = { filters: { state: { values: ['open', 'over'] } } };

/** Who looked into whom, when and why. */
export function SupportHistory() {
  const list = useListUrlState(historyUrl);
  const { user, permissions } = useSignedIn();
  const state = list.filter('state');
  const sessions = useOperation(
    supportPage,
    'listSupportSessions',
    {
      query: {
        ...(state === undefined ? {} : { is_open: state === 'open' }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true },
  );
  const end = useAction(supportPage, 'endSupportSession', { invalidates: ['listSupportSessions'] });
  const mayEnd = (session: SupportSession) =>
    session.status === 'open' && (session.user.user_id === user.userId || permissions.has('access.user.manage_any'));
  const columns: DataColumn<SupportSession>[] = [
    { key: 'who', header: 'Who', cell: session => session.user.username, priority: 1 },
    { key: 'whom', header: 'Looked into', cell: session => session.organization.name, priority: 1 },
    {
      key: 'why',
      header: 'Why',
      cell: session => <span className="platform-reason">{session.reason}</span>,
      priority: 1,
    },
    {
      key: 'state',
      header: 'State',
      cell: session => <StateChip {...looks[session.status]} />,
      priority: 1,
      isNarrow: true,
    },
    { key: 'from', header: 'From', cell: session => <Instant at={session.created_at} />, priority: 2, isNarrow: true },
    {
      key: 'until',
      header: 'Until',
      cell: session => (session.ended_at === null ? '–' : <Instant at={session.ended_at} />),
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'end',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: session =>
        mayEnd(session) && (
          <Button
            size="small"
            onPress={() =>
              end.mutate(
                { params: { support_session_id: session.support_session_id } },
                {
                  onSuccess: () => showToast({ tone: 'success', title: 'It has ended.' }),
                  onError: error => showToast({ tone: 'failed', title: error.message }),
                },
              )
            }
          >
            End
            <span className="pt-visually-hidden">{` what ${session.user.username} sees of ${session.organization.name}`}</span>
          </Button>
        ),
    },
  ];
  return (
    <ListPage
      label="Support sessions"
      list={list}
      filters={[
        {
          key: 'state',
          label: 'State',
          options: [
            { value: 'open', label: 'Open' },
            { value: 'over', label: 'Over' },
          ],
        },
      ]}
      columns={columns}
      rows={sessions.data?.items}
      rowKey={session => session.support_session_id}
      nextCursor={sessions.data?.next_cursor ?? null}
      isRefreshing={sessions.isPlaceholderData}
      failure={sessions.error}
      onRetry={() => void sessions.refetch()}
      empty={{
        icon: EyeIcon,
        title: 'Nobody has looked in yet',
        description: 'Every look into an organization stands here, with who, when and why.',
      }}
    />
  );
}
