import { useState } from 'react';
import { EquivalentCall, renderingOf, useAction, useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import { Button, PageState, Panel, PlusIcon, ShowMore } from '@portico/ui';
import { ApiKeyList } from '../api-key-list';
import type { ApiKey } from '../api-key-table';
import { serviceAccountPage } from '../pages';
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
          <ApiKeyList
            label={`Keys of ${account.name}`}
            keys={keys.items}
            showsProject={false}
            rotation={
              mayManage && {
                state: rotate,
                run: (key, { grace, idempotencyKey }) =>
                  rotate.mutate({ params: paramsOf(key), body: { grace }, idempotencyKey }),
                equivalentCall: (key, { grace, idempotencyKey }) => (
                  <EquivalentCall
                    page={serviceAccountPage}
                    name="rotateServiceAccountKey"
                    args={{ params: paramsOf(key), body: { grace } }}
                    idempotencyKey={idempotencyKey}
                  />
                ),
              }
            }
            revocation={
              mayManage && {
                state: revoke,
                run: key => revoke.mutateAsync({ params: paramsOf(key) }),
                equivalentCall: key => (
                  <EquivalentCall
                    page={serviceAccountPage}
                    name="revokeServiceAccountKey"
                    args={{ params: paramsOf(key) }}
                  />
                ),
              }
            }
          />
        )}
        <ShowMore of={keys} />
      </PageState>
      {isCreating && <CreateServiceAccountKeyDialog account={account} onClose={() => setCreating(false)} />}
    </Panel>
  );
}
