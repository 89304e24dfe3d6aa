import { useState } from 'react';
import type { ReactNode } from 'react';
import { EquivalentCall, useAction, useSignedIn } from '@portico/plugin-kit/ui';
import { Button, ConfirmDialog, Panel, showToast, Stack } from '@portico/ui';
import { useNavigate } from 'react-router-dom';
import type { Organization } from './organization-page';
import { organizationPage } from './people-pages';
import { TransferDialog } from './transfer-dialog';
import './people.css';

/** Handing the organization over, and leaving it. What cannot be done here says why. */
export function DangerZone({ organization }: { organization: Organization }) {
  const { permissions, support } = useSignedIn();
  const [open, setOpen] = useState<'leave' | 'transfer' | null>(null);
  const close = () => setOpen(null);
  if (support !== null) return null;
  const mayTransfer = permissions.has('access.organization.transfer');
  return (
    <Panel title="Danger zone">
      <Stack>
        {mayTransfer && (
          <Deed
            title="Transfer ownership"
            text="Somebody else of the organization becomes its owner, and you what you choose."
          >
            <Button variant="danger" onPress={() => setOpen('transfer')}>
              Transfer
            </Button>
          </Deed>
        )}
        <Deed
          title="Leave the organization"
          text={
            organization.is_personal
              ? 'This organization came with your account, so that you always have a place of your own; it cannot be left.'
              : 'You see nothing of it any more. Whoever manages its people can invite you again.'
          }
        >
          {!organization.is_personal && (
            <Button variant="danger" onPress={() => setOpen('leave')}>
              Leave
            </Button>
          )}
        </Deed>
      </Stack>
      {open === 'transfer' && <TransferDialog organization={organization} onClose={close} />}
      <LeaveDialog organization={organization} isOpen={open === 'leave'} onClose={close} />
    </Panel>
  );
}

function Deed({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className="people-deed">
      <div>
        <h3>{title}</h3>
        <p className="person-note">{text}</p>
      </div>
      {children}
    </div>
  );
}

function LeaveDialog(props: { organization: Organization; isOpen: boolean; onClose: () => void }) {
  const { organization, isOpen, onClose } = props;
  const navigate = useNavigate();
  const { organizations, defaultProjectId, projects, selectProject } = useSignedIn();
  const leave = useAction(organizationPage, 'leaveOrganization');
  const body = { organization_id: organization.organization_id };
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        leave.reset();
        onClose();
      }}
      level="typed"
      typedName={organization.name}
      title={`Leave ${organization.name}?`}
      impact={[
        'You see nothing of it from now on; your terminals, SSH connections and event streams there close within seconds.',
        'Your roles in its projects end, and your API keys of the organization are revoked.',
        'What you launched goes on running: it belongs to its projects.',
        'You cannot come back by yourself, only by a new invitation.',
      ]}
      confirmLabel="Leave"
      cancelLabel="Stay"
      error={leave.error?.message ?? null}
      isPending={leave.isPending}
      onConfirm={async () => {
        await leave.mutateAsync({ body });
        // To the default project, unless that was of this organization; the portal chooses then.
        const isHomeHere = projects.some(({ projectId }) => projectId === defaultProjectId);
        const elsewhere = organizations.find(
          ({ organizationId, projectId }) => organizationId !== organization.organization_id && projectId !== null,
        );
        const next = isHomeHere ? elsewhere?.projectId : defaultProjectId;
        if (next != null) await selectProject(next);
        navigate('/', { replace: true });
        showToast({ tone: 'success', title: `You have left ${organization.name}.` });
      }}
    >
      <EquivalentCall page={organizationPage} name="leaveOrganization" args={{ body }} />
    </ConfirmDialog>
  );
}
