import { EquivalentCall, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, Id, KeyValueList, Stack, TextArea } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';
import { supportPage } from './platform-pages';
import type { AnyOrganization } from './support-page';
import { useKeyOf } from './use-key-of';

const REASON_LENGTH_MAX = 500;

/** Why one looks in, before one does. Mounted while open, so that each opening begins anew. */
export function LookInDialog({ organization, onClose }: { organization: AnyOrganization; onClose: () => void }) {
  const { selectProject } = useSignedIn();
  const navigate = useNavigate();
  const { organization_id: organizationId, name } = organization;
  const detail = useOperation(supportPage, 'getAnyOrganization', { params: { organization_id: organizationId } });
  const open = useAction(supportPage, 'openSupportSession', { invalidates: ['listSupportSessions'] });
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const body = { organization_id: organizationId, reason: reason.trim() };
  const idempotencyKey = useKeyOf(body);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (body.reason === '' || open.isPending) return;
    open.mutate(
      { body, idempotencyKey },
      {
        onSuccess: async session => {
          onClose();
          if (session.project_id === null) return;
          await selectProject(session.project_id);
          navigate('/');
        },
      },
    );
  };
  const owners = detail.data?.owners.map(owner => `${owner.display_name} (${owner.username})`).join(', ');
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Look into ${name}`}
      size="small"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={open.isPending}>
            Look in
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <KeyValueList
            items={[
              { label: 'Owners', value: owners ?? '…' },
              { label: 'Organization id', value: <Id value={organizationId} /> },
            ]}
          />
          <TextArea
            label="Reason"
            description="Their administrators read it, with your name, in their audit log."
            rows={3}
            value={reason}
            onChange={setReason}
            maxLength={REASON_LENGTH_MAX}
            autoFocus
            error={wasTried && body.reason === '' ? 'Say why you look in.' : null}
          />
          <EquivalentCall
            page={supportPage}
            name="openSupportSession"
            args={{ body }}
            idempotencyKey={idempotencyKey}
          />
          {open.error !== null && <Banner tone="failed">{open.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
