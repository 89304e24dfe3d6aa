import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { ConfirmDialog, showToast } from '@portico/ui';
import { memberPage } from './people-pages';
import { aRole } from './role-words';

interface RemoveProjectRoleDialogProps {
  held: { userId: string; name: string; projectId: string; projectName: string; organizationRole: string } | null;
  onClose: () => void;
}

export function RemoveProjectRoleDialog({ held, onClose }: RemoveProjectRoleDialogProps) {
  const remove = useAction(memberPage, 'removeProjectMember', { invalidates: ['getMember', 'listProjectMembers'] });
  const args = { params: { project_id: held?.projectId ?? '', user_id: held?.userId ?? '' } };
  const rest =
    held?.organizationRole === 'guest'
      ? 'As a guest they no longer see the project at all.'
      : `What they may do there as ${aRole(held?.organizationRole ?? 'member')} of the organization stays.`;
  return (
    <ConfirmDialog
      isOpen={held !== null}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      level="simple"
      title={`Take the role of ${held?.name ?? ''} in ${held?.projectName ?? ''} away?`}
      impact={[rest, 'What they launched in it goes on running: it belongs to the project.']}
      confirmLabel="Take role away"
      cancelLabel="Cancel"
      error={remove.error?.message ?? null}
      isPending={remove.isPending}
      onConfirm={async () => {
        await remove.mutateAsync(args);
        showToast({
          tone: 'success',
          title: `${held?.name ?? ''} has no role of their own in ${held?.projectName ?? ''} now.`,
        });
        onClose();
      }}
    >
      {held !== null && <EquivalentCall page={memberPage} name="removeProjectMember" args={args} />}
    </ConfirmDialog>
  );
}
