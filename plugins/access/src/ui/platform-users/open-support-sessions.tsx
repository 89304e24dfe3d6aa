import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, RelativeTime, showToast, Stack } from '@portico/ui';
import { useNavigate } from 'react-router-dom';
import type { listSupportSessions } from '../../contract/support-operations';
import { supportPage } from './platform-pages';

export type SupportSession = ReplyOf<typeof listSupportSessions>['items'][number];

/** Where one looks in at the moment, under this sign-in. */
export function OpenSupportSessions() {
  const { user, support, selectProject, defaultProjectId } = useSignedIn();
  const navigate = useNavigate();
  const open = useOperation(supportPage, 'listSupportSessions', { query: { user_id: user.userId, is_open: true } });
  const leave = useAction(supportPage, 'endSupportSession', { invalidates: ['listSupportSessions'] });
  const own = (open.data?.items ?? []).filter(session => session.is_own);
  const goIn = async (projectId: string) => {
    await selectProject(projectId);
    navigate('/');
  };
  const leaveFrom = async (session: SupportSession) => {
    // Gone back first: a request that still named a project of theirs would be told there is none.
    if (support !== null) await selectProject(defaultProjectId);
    leave.mutate(
      { params: { support_session_id: session.support_session_id } },
      {
        onSuccess: () => showToast({ tone: 'success', title: `You left ${session.organization.name}.` }),
        onError: error => showToast({ tone: 'failed', title: error.message }),
      },
    );
  };
  if (own.length === 0) return null;
  return (
    <Stack>
      {own.map(session => (
        <Banner
          key={session.support_session_id}
          tone="notice"
          title={`You are looking into ${session.organization.name}`}
          actions={
            <>
              {session.project_id !== null && (
                <Button size="small" onPress={() => void goIn(session.project_id ?? '')}>
                  Go there
                </Button>
              )}
              <Button
                size="small"
                isPending={leave.isPending && leave.variables.params.support_session_id === session.support_session_id}
                onPress={() => void leaveFrom(session)}
              >
                Leave
              </Button>
            </>
          }
        >
          {session.reason} – ends <RelativeTime at={session.expires_at} />
        </Banner>
      ))}
    </Stack>
  );
}
