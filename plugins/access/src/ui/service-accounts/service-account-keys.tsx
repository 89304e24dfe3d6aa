import { useState } from 'react';
import { EquivalentCall, renderingOf, useAction, useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import { Button, PageState, Panel, PlusIcon, ShowMore } from '@portico/ui';
import { ApiKeyTable } from '../api-key-table';
import type { ApiKey } from '../api-key-table';
import { serviceAccountPage } from '../pages';
import { RevokeApiKeyDialog } from '../revoke-api-key-dialog';
import { RotateApiKeyDialog } from '../rotate-api-key-dialog';
import { CreateServiceAccountKeyDialog } from './create-service-account-key-dialog';
import type { ServiceAccount } from './service-account-page';

const invalidates = ['listServiceAccountKeys', 'getServiceAccount'];

export function ServiceAccountKeys({ account }: { account: ServiceAccount }) {
  const params = { service_account_id: account.service_account_id };
  const mayManage = useSignedIn().permissions.has('access.service_account.manage');
  const keys = useOperationPages(
    serviceAccountPage,
    'listServiceAccountKeys',
    { params },
    { live: event => event.event_type.startsWith('access.api_key_') },
  );
  const rotate = useAction(serviceAccountPage, 'rotateServiceAccountKey', { invalidates });
  const revoke = useAction(serviceAccountPage, 'revokeServiceAccountKey', { invalidates });
  const [isCreating, setCreating] = useState(false);
  const [rotating, setRotating] = useState<ApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const paramsOf = (key: ApiKey) => ({ ...params, key_id: key.key_id });
  return (
    <Panel
      title="Keys"
      isFlush={keys.items.length > 0}
      actions={
        mayManage && (
          <Button size="small" icon={PlusIcon} onPress={() => setCreating(true)}>
            Create key
          </Button>
        )
      }
    >
      <PageState state={renderingOf(keys, { layout: 'rows' })}>
        {keys.items.length === 0 ? (
          <p>No key yet: no program can work with this account.</p>
        ) : (
          <ApiKeyTable
            label={`Keys of ${account.name}`}
            keys={keys.items}
            showsProject={false}
            {...(mayManage ? { onRotate: setRotating, onRevoke: setRevoking } : {})}
          />
        )}
        <ShowMore of={keys} />
      </PageState>
      {isCreating && <CreateServiceAccountKeyDialog account={account} onClose={() => setCreating(false)} />}
      {rotating !== null && (
        <RotateApiKeyDialog
          name={rotating.name}
          rotation={rotate}
          onRotate={({ grace, idempotencyKey }) =>
            rotate.mutate({ params: paramsOf(rotating), body: { grace }, idempotencyKey })
          }
          equivalentCall={({ grace, idempotencyKey }) => (
            <EquivalentCall
              page={serviceAccountPage}
              name="rotateServiceAccountKey"
              args={{ params: paramsOf(rotating), body: { grace } }}
              idempotencyKey={idempotencyKey}
            />
          )}
          onClose={() => {
            rotate.reset();
            setRotating(null);
          }}
        />
      )}
      <RevokeApiKeyDialog
        apiKey={revoking}
        revocation={revoke}
        onRevoke={key => revoke.mutateAsync({ params: paramsOf(key) })}
        equivalentCall={key => (
          <EquivalentCall page={serviceAccountPage} name="revokeServiceAccountKey" args={{ params: paramsOf(key) }} />
        )}
        onClose={() => setRevoking(null)}
      />
    </Panel>
  );
}
