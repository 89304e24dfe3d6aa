import { useEffect, useRef, useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useAction, useOperation, useSession } from '@portico/plugin-kit/ui';
import type { ApiError, Session } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  CircleXIcon,
  Instant,
  KeyValueList,
  LinkButton,
  PageState,
  showToast,
  Stack,
  UsersIcon,
} from '@portico/ui';
import { useNavigate } from 'react-router-dom';
import type { previewInvitation } from '../../contract/invitation-operations';
import { useLinkToken } from '../sign-in/link-token';
import { SignInFrame, SignInOutcome } from '../sign-in/sign-in-frame';
import type { SignInHandover } from '../sign-in/sign-in-page';
import { refusedInvitation } from './invitation-refusals';
import { forgetInvitation, keepInvitation, keptInvitation } from './kept-invitation';
import './people.css';
import { invitationPage } from './people-pages';
import { aRole, roleSentence } from './role-words';

type Preview = ReplyOf<typeof previewInvitation>;

/** Where the link of an invitation leads: what it is for, and the way in, with the account one has or a new one. */
export function InvitationPage() {
  const linked = useLinkToken();
  const [kept] = useState(keptInvitation);
  const session = useSession();
  const token = linked ?? kept?.token ?? null;
  const preview = useOperation(
    invitationPage,
    'previewInvitation',
    { body: { token: token ?? '' } },
    { enabled: token !== null },
  );
  const name = preview.data?.organization_name ?? (linked === null ? (kept?.organizationName ?? null) : null);
  useEffect(() => {
    if (token !== null) keepInvitation({ token, organizationName: name });
  }, [token, name]);
  // Making an account with the invitation accepts it: then one belongs to the organization when one comes back here.
  const joined = session?.organizations.findLast(organization => organization.name === name);
  const isUsed = preview.error?.code === 'invitation_used';
  const isDone = isUsed && joined !== undefined && linked === null;

  if (token === null) return <Refused code="invitation_unknown" session={session} />;
  if (isDone && session !== null) return <Arrival session={session} organization={joined} />;
  if (preview.error !== null && preview.data === undefined && refusedInvitation(preview.error.code) !== null)
    return <Refused code={preview.error.code} session={session} />;
  return (
    <SignInFrame title="Invitation">
      {preview.data === undefined && <h1 className="sign-in-title">Invitation</h1>}
      <PageState state={renderingOf(preview, { layout: 'text' })}>
        {preview.data !== undefined && (
          <>
            <Terms preview={preview.data} />
            {session === null ? (
              <WaysIn token={token} preview={preview.data} />
            ) : (
              <Acceptance token={token} preview={preview.data} session={session} />
            )}
          </>
        )}
      </PageState>
    </SignInFrame>
  );
}

function Terms({ preview }: { preview: Preview }) {
  const { organization_name, invited_by_display_name, role, project_name, project_role, email_hint } = preview;
  const items = [
    { label: 'You become', value: `${capitalized(aRole(role))}. ${roleSentence(role, 'organization')}` },
    ...(project_name !== null && project_role !== null
      ? [
          {
            label: `In the project ${project_name}`,
            value: `${capitalized(aRole(project_role))}. ${roleSentence(project_role, 'project')}`,
          },
        ]
      : []),
    ...(email_hint === null ? [] : [{ label: 'For', value: email_hint }]),
    { label: 'Valid until', value: <Instant at={preview.expires_at} /> },
  ];
  return (
    <>
      <h1 className="sign-in-title">Join {organization_name}</h1>
      <p className="sign-in-lead">{invited_by_display_name} invites you to work together there.</p>
      <div className="invitation-terms">
        <KeyValueList items={items} />
      </div>
    </>
  );
}

/** Nobody is signed in: with an account one has, or a new one, and back here. */
function WaysIn({ token, preview }: { token: string; preview: Preview }) {
  const navigate = useNavigate();
  const lead = (mode: 'sign_in' | 'sign_up') => {
    const handover: SignInHandover = { invitationToken: token, mode };
    const way = mode === 'sign_up' ? '&with=personal' : '';
    navigate(`/login?next=${encodeURIComponent('/invitations')}${way}`, { state: handover });
  };
  return (
    <Stack>
      <Button variant="primary" size="large" isFullWidth onPress={() => lead('sign_up')}>
        Create an account
      </Button>
      <Button size="large" isFullWidth onPress={() => lead('sign_in')}>
        Sign in with the account you have
      </Button>
      {preview.email_hint !== null && (
        <p className="sign-in-note">
          {preview.proves_email
            ? 'A new account made from here gets the address as its own; nothing else needs to be confirmed.'
            : 'It opens to the account that has confirmed this address. To make a new account, use the link in the message.'}
        </p>
      )}
    </Stack>
  );
}

function Acceptance({ token, preview, session }: { token: string; preview: Preview; session: Session }) {
  const navigate = useNavigate();
  const accept = useAction(invitationPage, 'acceptInvitation', { invalidates: ['getMe'] });
  const [key] = useState(() => crypto.randomUUID());
  const [isGoing, setGoing] = useState(false);
  const press = () =>
    accept.mutate(
      { body: { token }, idempotencyKey: key },
      {
        onSuccess: async accepted => {
          setGoing(true);
          forgetInvitation();
          if (accepted.project_id !== null) await session.selectProject(accepted.project_id);
          welcome(accepted.organization_name, accepted.project_id !== null);
          navigate('/', { replace: true });
        },
      },
    );
  return (
    <Stack>
      <p>
        You are signed in as <strong>{session.user.displayName}</strong> (@{session.user.username}).
      </p>
      {accept.error !== null && <Problem error={accept.error} preview={preview} />}
      <Button variant="primary" size="large" isFullWidth isPending={accept.isPending || isGoing} onPress={press}>
        Accept
      </Button>
      <AnotherAccount session={session} />
      <LinkButton variant="quiet" to="/" isFullWidth>
        Not now
      </LinkButton>
    </Stack>
  );
}

/** What was accepted while an account was made with it: the tab goes there by itself. */
function Arrival({ session, organization }: { session: Session; organization: Session['organizations'][number] }) {
  const navigate = useNavigate();
  const isUnderWay = useRef(false);
  useEffect(() => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    forgetInvitation();
    const { projectId, name } = organization;
    const there = projectId === null ? Promise.resolve() : session.selectProject(projectId);
    void there.then(() => {
      welcome(name, projectId !== null);
      navigate('/', { replace: true });
    });
  }, [session, organization, navigate]);
  return (
    <SignInFrame title="Invitation">
      <PageState state={{ kind: 'loading', layout: 'text' }} />
    </SignInFrame>
  );
}

function welcome(organizationName: string, isOpen: boolean): void {
  showToast({
    tone: 'success',
    title: `You belong to ${organizationName} now.`,
    description: isOpen
      ? 'This tab works in it. Your other organizations are in the menu of your account.'
      : 'No project of it is open to you yet; whoever invited you can give you a role in one.',
  });
}

function Problem({ error, preview }: { error: ApiError; preview: Preview }) {
  const words = refusedInvitation(error.code);
  return (
    <Banner tone="failed" title={words?.title ?? 'That did not work'}>
      {words === null ? error.message : words.then}
      {error.code === 'invitation_for_another' && preview.email_hint !== null && ` It is for ${preview.email_hint}.`}
    </Banner>
  );
}

function AnotherAccount({ session }: { session: Session }) {
  const leave = () =>
    void session
      .signOut()
      .catch(() => showToast({ tone: 'failed', title: 'The portal cannot be reached. You are still signed in.' }));
  return (
    <Button isFullWidth onPress={leave}>
      Use another account
    </Button>
  );
}

/** The invitation leads nowhere: why, and what to do. */
function Refused({ code, session }: { code: string; session: Session | null }) {
  const words = refusedInvitation(code) ?? { title: 'This invitation does not work', then: '' };
  useEffect(forgetInvitation, []);
  return (
    <SignInOutcome
      title={words.title}
      icon={code === 'invitation_used' ? UsersIcon : CircleXIcon}
      tone="failed"
      actions={
        <LinkButton to={session === null ? '/login' : '/'} variant="primary" size="large" isFullWidth>
          {session === null ? 'Sign in' : 'Go home'}
        </LinkButton>
      }
    >
      <p>{words.then}</p>
    </SignInOutcome>
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
