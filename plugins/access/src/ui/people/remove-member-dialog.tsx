import { EquivalentCall, useAction, useSignedIn } from '@portico/plugin-kit/ui';
import { ConfirmDialog, showToast } from '@portico/ui';
import { teamPage } from './people-pages';
import type { Member } from './team-page';

interface RemoveMemberDialogProps {
  member: Member | null;
  onClose: () => void;
  onRemoved: () => void;
}

/** The end of a membership, with what ends and what stays. */
export function RemoveMemberDialog({ member, onClose, onRemoved }: RemoveMemberDialogProps) {
  const { organization } = useSignedIn();
  const remove = useAction(teamPage, 'removeMember', { invalidates: ['listMembers'] });
  const name = member?.display_name ?? '';
  const args = { params: { user_id: member?.user_id ?? '' } };
  return (
    <ConfirmDialog
      isOpen={member !== null}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      level="simple"
      title={`Remove ${name} from ${organization.name}?`}
      impact={[
        `${name} sees nothing of ${organization.name} from the next click on; terminals, SSH connections and event streams close within seconds.`,
        'Their roles in single projects end, and their API keys of the organization are revoked.',
        'What they launched goes on running and costing: it belongs to its project. Release it there if it is not needed.',
        'Their account stays, and so does what they have elsewhere. They can be invited again.',
      ]}
      confirmLabel="Remove"
      cancelLabel="Cancel"
      error={remove.error?.message ?? null}
      isPending={remove.isPending}
      onConfirm={async () => {
        await remove.mutateAsync(args);
        showToast({ tone: 'success', title: `${name} no longer belongs to ${organization.name}.` });
        onRemoved();
      }}
    >
      {member !== null && <EquivalentCall page={teamPage} name="removeMember" args={args} />}
    </ConfirmDialog>
  );
}
