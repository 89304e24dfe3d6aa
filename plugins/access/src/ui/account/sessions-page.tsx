import { useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation, useOperationPages } from '@portico/plugin-kit/ui';
import {
  Button,
  ConfirmDialog,
  DataTable,
  Inline,
  Instant,
  PageState,
  RelativeTime,
  ShowMore,
  showToast,
  Stack,
  StateChip,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listSessions } from '../../contract/account-operations';
import { AccountFrame } from './account-frame';
import { sessionsPage } from './account-pages';

type AccountSession = ReplyOf<typeof listSessions>['items'][number];

const IMPACT = [
  'Terminals, SSH connections and event streams opened there close within seconds.',
  'Workloads go on running, and API keys go on working.',
];

/** Where one is signed in, and the end of it. */
export function SessionsPage() {
  const sessions = useOperationPages(
    sessionsPage,
    'listSessions',
    {},
    { live: event => event.event_type.startsWith('access.session') },
  );
  const options = useOperation(sessionsPage, 'getSignInOptions', {});
  const [leaving, setLeaving] = useState<AccountSession | null>(null);
  const [isEndingOthers, setEndingOthers] = useState(false);
  const labelOf = (provider: string) => options.data?.providers.find(({ id }) => id === provider)?.label ?? provider;

  const columns: DataColumn<AccountSession>[] = [
    {
      key: 'device',
      header: 'Device',
      priority: 1,
      cell: session => (
        <Inline>
          <span>{deviceOf(session)}</span>
          {session.is_current && <StateChip tone="running" label="This session" />}
        </Inline>
      ),
    },
    {
      key: 'through',
      header: 'Signed in with',
      priority: 2,
      cell: session =>
        `${session.provider === null ? 'This portal' : labelOf(session.provider)}${session.has_second_factor ? ' and a second factor' : ''}`,
    },
    {
      key: 'address',
      header: 'Address',
      priority: 2,
      isNarrow: true,
      cell: session => <span className="pt-mono">{session.address}</span>,
    },
    {
      key: 'used',
      header: 'Last used',
      priority: 1,
      isNarrow: true,
      cell: session => <RelativeTime at={session.last_used_at} />,
    },
    {
      key: 'created',
      header: 'Signed in',
      priority: 3,
      isNarrow: true,
      cell: session => <Instant at={session.created_at} />,
    },
    {
      key: 'end',
      header: '',
      align: 'end',
      priority: 1,
      isNarrow: true,
      cell: session =>
        !session.is_current && (
          <Button size="small" onPress={() => setLeaving(session)}>
            Sign out
          </Button>
        ),
    },
  ];
  const others = sessions.items.some(session => !session.is_current);
  return (
    <AccountFrame title="Sessions">
      <PageState state={renderingOf(sessions)}>
        <Stack>
          <Inline align="between">
            <p>You are signed in at these places. End what you do not know, and change your password then.</p>
            {others && <Button onPress={() => setEndingOthers(true)}>Sign out everywhere else</Button>}
          </Inline>
          <DataTable label="Sessions" columns={columns} rows={sessions.items} rowKey={session => session.session_id} />
          <ShowMore of={sessions} />
        </Stack>
      </PageState>
      {leaving !== null && <EndSession session={leaving} onClose={() => setLeaving(null)} />}
      {isEndingOthers && <EndOthers onClose={() => setEndingOthers(false)} />}
    </AccountFrame>
  );
}

function deviceOf({ device, kind }: Pick<AccountSession, 'device' | 'kind'>): string {
  return device ?? (kind === 'cookie' ? 'A browser' : 'A program');
}

function EndSession({ session, onClose }: { session: AccountSession; onClose: () => void }) {
  const end = useAction(sessionsPage, 'endSession', { invalidates: ['listSessions'] });
  const args = { params: { session_id: session.session_id } };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title={`Sign out ${deviceOf(session)}?`}
      impact={IMPACT}
      confirmLabel="Sign out"
      isPending={end.isPending}
      error={end.error?.message ?? null}
      onConfirm={() =>
        end.mutateAsync(args).then(() => {
          showToast({ tone: 'success', title: `${deviceOf(session)} was signed out.` });
          onClose();
        })
      }
    >
      <EquivalentCall page={sessionsPage} name="endSession" args={args} />
    </ConfirmDialog>
  );
}

function EndOthers({ onClose }: { onClose: () => void }) {
  const end = useAction(sessionsPage, 'endOtherSessions', { invalidates: ['listSessions'] });
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title="Sign out everywhere else?"
      impact={['Every session but this one ends.', ...IMPACT]}
      confirmLabel="Sign out everywhere else"
      isPending={end.isPending}
      error={end.error?.message ?? null}
      onConfirm={() =>
        end.mutateAsync({}).then(({ ended }) => {
          showToast({
            tone: 'success',
            title: ended === 1 ? 'One session was ended.' : `${ended} sessions were ended.`,
          });
          onClose();
        })
      }
    >
      <EquivalentCall page={sessionsPage} name="endOtherSessions" args={{}} />
    </ConfirmDialog>
  );
}
