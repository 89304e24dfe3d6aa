import { useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  CommandLine,
  ConfirmDialog,
  EditIcon,
  Id,
  Instant,
  KeyValueList,
  PageHeader,
  PageState,
  Panel,
  RelativeTime,
  showToast,
  Stack,
} from '@portico/ui';
import { useNavigate, useParams } from 'react-router-dom';
import type { getServiceAccount } from '../../contract/service-account-operations';
import { roleName, roleSentence } from '../people/role-words';
import { serviceAccountPage } from '../pages';
import '../people/people.css';
import { ChangeServiceAccountDialog } from './change-service-account-dialog';
import { ServiceAccountKeys } from './service-account-keys';

export type ServiceAccount = ReplyOf<typeof getServiceAccount>;

/** One account for programs: what it may do, its keys, and its end. */
export function ServiceAccountPage() {
  const { serviceAccountId = '' } = useParams();
  const [isRemoved, setRemoved] = useState(false);
  const account = useOperation(
    serviceAccountPage,
    'getServiceAccount',
    { params: { service_account_id: serviceAccountId } },
    { enabled: !isRemoved, live: event => /^access\.(service_account|api_key)_/.test(event.event_type) },
  );
  return (
    <>
      {account.data === undefined && <PageHeader title="Service account" breadcrumbs={[back]} />}
      <PageState state={renderingOf(account, { what: 'service account', layout: 'text' })}>
        {account.data !== undefined && <Account account={account.data} onRemoving={setRemoved} />}
      </PageState>
    </>
  );
}

const back = { label: 'Service accounts', to: '/access/service-accounts' };

function Account({ account, onRemoving }: { account: ServiceAccount; onRemoving: (isRemoving: boolean) => void }) {
  const { permissions, projects } = useSignedIn();
  const mayManage = permissions.has('access.service_account.manage');
  const [open, setOpen] = useState<'change' | 'remove' | null>(null);
  const project = projects.find(({ projectId }) => projectId === account.project_id)?.name ?? account.project_id;
  return (
    <Stack gap="loose">
      <PageHeader
        title={account.name}
        breadcrumbs={[back, { label: account.name }]}
        secondaryAction={
          mayManage && (
            <Button icon={EditIcon} onPress={() => setOpen('change')}>
              Change
            </Button>
          )
        }
        menu={
          mayManage ? [{ items: [{ id: 'remove', label: 'Remove account', onAction: () => setOpen('remove') }] }] : []
        }
      />
      <Panel title="About">
        <KeyValueList
          columns={2}
          items={[
            { label: 'Client id', value: <Id value={account.service_account_id} /> },
            { label: 'Project', value: project },
            {
              label: 'Role in the project',
              value: (
                <>
                  <strong>{roleName(account.role)}</strong>
                  <div className="person-note">{roleSentence(account.role, 'project')}</div>
                </>
              ),
            },
            {
              label: 'Last used',
              value: account.last_used_at === null ? 'Never' : <RelativeTime at={account.last_used_at} />,
            },
            { label: 'Created', value: <Instant at={account.created_at} /> },
          ]}
        />
      </Panel>
      <ServiceAccountKeys account={account} />
      <Panel title="Signing in">
        <Stack>
          <p>
            A program sends its key as a bearer token. To keep the key out of every request, it exchanges it for a token
            that works for fifteen minutes:
          </p>
          <CommandLine
            label="Command that exchanges a key for a token"
            command={`curl ${window.location.origin}/api/v1/auth/token -H 'Content-Type: application/json' -d '{"grant_type":"client_credentials","client_id":"${account.service_account_id}","client_secret":"'"$KEY"'"}'`}
          />
        </Stack>
      </Panel>
      {open === 'change' && <ChangeServiceAccountDialog account={account} onClose={() => setOpen(null)} />}
      <RemoveDialog
        account={account}
        isOpen={open === 'remove'}
        onRemoving={onRemoving}
        onClose={() => setOpen(null)}
      />
    </Stack>
  );
}

function RemoveDialog(props: {
  account: ServiceAccount;
  isOpen: boolean;
  onRemoving: (isRemoving: boolean) => void;
  onClose: () => void;
}) {
  const { account, isOpen, onRemoving, onClose } = props;
  const navigate = useNavigate();
  const remove = useAction(serviceAccountPage, 'removeServiceAccount', { invalidates: ['listServiceAccounts'] });
  const args = { params: { service_account_id: account.service_account_id } };
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      level="typed"
      typedName={account.name}
      title={`Remove ${account.name}?`}
      impact={[
        account.active_keys === 1
          ? 'Its one key stops with the next request, and so do tokens it was exchanged for.'
          : `Its ${account.active_keys} keys stop with the next request, and so do tokens they were exchanged for.`,
        'What it launched keeps running and stays in the books under its name.',
        'It cannot be brought back.',
      ]}
      confirmLabel="Remove account"
      error={remove.error?.message ?? null}
      isPending={remove.isPending}
      onConfirm={async () => {
        onRemoving(true);
        try {
          await remove.mutateAsync(args);
        } catch (error) {
          onRemoving(false);
          throw error;
        }
        showToast({ tone: 'success', title: `${account.name} was removed.` });
        navigate('/access/service-accounts', { replace: true });
      }}
    >
      <EquivalentCall page={serviceAccountPage} name="removeServiceAccount" args={args} />
    </ConfirmDialog>
  );
}
