import { useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import {
  EquivalentCall,
  renderingOf,
  useAction,
  useOperation,
  useOperationPages,
  useSignedIn,
} from '@portico/plugin-kit/ui';
import {
  ConfirmDialog,
  DataTable,
  IconButton,
  PageState,
  Panel,
  RefreshIcon,
  RelativeTime,
  SegmentedControl,
  ShowMore,
  showToast,
  StateChip,
  TrashIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { createInvitation, listInvitations } from '../../contract/invitation-operations';
import { IssuedInvitationDialog } from './issued-invitation';
import { teamPage } from './people-pages';
import { invitationLooks, roleName } from './role-words';
import './people.css';

type Invitation = ReplyOf<typeof listInvitations>['items'][number];

interface InvitationsPanelProps {
  /** Those that ended are history, which grows with every member. */
  shown: 'open' | 'all';
  onShow: (shown: 'open' | 'all') => void;
}

/** Who was asked, newest first: open ones can be given another link or taken back. */
export function InvitationsPanel({ shown, onShow }: InvitationsPanelProps) {
  const { projects } = useSignedIn();
  const invitations = useOperationPages(
    teamPage,
    'listInvitations',
    { query: { limit: 10, ...(shown === 'open' ? { status: 'open' as const } : {}) } },
    { live: isOfInvitations },
  );
  const first = useOperation(teamPage, 'listInvitations', { query: { limit: 1 } }, { live: isOfInvitations });
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const [resending, setResending] = useState<Invitation | null>(null);
  const [issued, setIssued] = useState<ReplyOf<typeof createInvitation> | null>(null);
  const projectName = (id: string) => projects.find(({ projectId }) => projectId === id)?.name ?? 'one project';

  const columns: DataColumn<Invitation>[] = [
    {
      key: 'for',
      header: 'For',
      cell: invitation => (
        <>
          <span className="person-name">{nameOf(invitation)}</span>
          <span className="person-note">by {invitation.invited_by.display_name}</span>
        </>
      ),
      priority: 1,
    },
    {
      key: 'role',
      header: 'Role',
      cell: ({ role, project_id, project_role }) =>
        project_id === null || project_role === null
          ? roleName(role)
          : `${roleName(role)}, and ${roleName(project_role)} in ${projectName(project_id)}`,
      priority: 1,
    },
    {
      key: 'status',
      header: 'Status',
      cell: invitation => <StateChip {...invitationLooks[invitation.status]} />,
      priority: 1,
      isNarrow: true,
    },
    {
      key: 'ends',
      header: 'Ends',
      cell: invitation =>
        invitation.status === 'open' ? (
          <RelativeTime at={invitation.expires_at} />
        ) : (
          <RelativeTime at={endOf(invitation)} />
        ),
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'actions',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: invitation => (
        <span className="people-actions">
          {(invitation.status === 'open' || invitation.status === 'expired') && (
            <IconButton
              label={`New link: ${nameOf(invitation)}`}
              icon={RefreshIcon}
              onPress={() => setResending(invitation)}
            />
          )}
          {invitation.status === 'open' && (
            <IconButton
              label={`Revoke the invitation: ${nameOf(invitation)}`}
              icon={TrashIcon}
              onPress={() => setRevoking(invitation)}
            />
          )}
        </span>
      ),
    },
  ];
  // Where nobody was ever asked, the button above says all there is to say.
  if (first.data === undefined || first.data.items.length === 0) return null;
  return (
    <Panel
      title="Invitations"
      isFlush={invitations.items.length > 0}
      actions={
        <SegmentedControl
          label="Which invitations"
          value={shown}
          onChange={onShow}
          options={[
            { value: 'open', label: 'Open' },
            { value: 'all', label: 'All' },
          ]}
        />
      }
    >
      <PageState state={renderingOf(invitations)}>
        {invitations.items.length === 0 ? (
          <p>Nobody has an invitation to answer.</p>
        ) : (
          <DataTable
            label="Invitations"
            columns={columns}
            rows={invitations.items}
            rowKey={invitation => invitation.invitation_id}
          />
        )}
        <ShowMore of={invitations} />
      </PageState>
      <ResendDialog
        invitation={resending}
        onClose={() => setResending(null)}
        onIssued={next => {
          setResending(null);
          setIssued(next);
        }}
      />
      <RevokeDialog invitation={revoking} onClose={() => setRevoking(null)} />
      {issued !== null && <IssuedInvitationDialog issued={issued} isNew={false} onClose={() => setIssued(null)} />}
    </Panel>
  );
}

const isOfInvitations = (event: { event_type: string }) => event.event_type.startsWith('access.invitation_');

function nameOf(invitation: Invitation): string {
  return invitation.email ?? 'Whoever has the link';
}

function endOf(invitation: Invitation): string {
  return invitation.accepted_at ?? invitation.revoked_at ?? invitation.expires_at;
}

interface DialogProps {
  invitation: Invitation | null;
  onClose: () => void;
}

function ResendDialog(props: DialogProps & { onIssued: (issued: ReplyOf<typeof createInvitation>) => void }) {
  const { invitation, onClose, onIssued } = props;
  const resend = useAction(teamPage, 'resendInvitation', { invalidates: ['listInvitations'] });
  const args = { params: { invitation_id: invitation?.invitation_id ?? '' } };
  return (
    <ConfirmDialog
      isOpen={invitation !== null}
      onClose={() => {
        resend.reset();
        onClose();
      }}
      level="simple"
      tone="neutral"
      title="Make a new link?"
      impact={[
        'The links before it stop working at once.',
        'It is valid for as many days again as the invitation was made for.',
        ...(invitation?.email == null ? [] : [`A new message goes to ${invitation.email}.`]),
      ]}
      confirmLabel="Make new link"
      cancelLabel="Cancel"
      error={resend.error?.message ?? null}
      isPending={resend.isPending}
      onConfirm={async () => onIssued(await resend.mutateAsync({ ...args, idempotencyKey: crypto.randomUUID() }))}
    >
      {invitation !== null && <EquivalentCall page={teamPage} name="resendInvitation" args={args} />}
    </ConfirmDialog>
  );
}

function RevokeDialog({ invitation, onClose }: DialogProps) {
  const revoke = useAction(teamPage, 'revokeInvitation', { invalidates: ['listInvitations'] });
  const args = { params: { invitation_id: invitation?.invitation_id ?? '' } };
  return (
    <ConfirmDialog
      isOpen={invitation !== null}
      onClose={() => {
        revoke.reset();
        onClose();
      }}
      level="simple"
      title={invitation?.email == null ? 'Revoke this invitation?' : `Revoke the invitation of ${invitation.email}?`}
      impact={[
        'Its links stop working at once, and it cannot be brought back.',
        'You can invite them anew at any time.',
      ]}
      confirmLabel="Revoke invitation"
      error={revoke.error?.message ?? null}
      isPending={revoke.isPending}
      onConfirm={async () => {
        await revoke.mutateAsync(args);
        showToast({ tone: 'success', title: 'The invitation was revoked.' });
        onClose();
      }}
    >
      {invitation !== null && <EquivalentCall page={teamPage} name="revokeInvitation" args={args} />}
    </ConfirmDialog>
  );
}
