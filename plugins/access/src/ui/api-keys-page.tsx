import { useState } from 'react';
import { EquivalentCall, useAction, useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import { Button, CodeIcon, PageHeader, pageRenderingOf, PageState, PlusIcon, ShowMore } from '@portico/ui';
import { ApiKeyList } from './api-key-list';
import type { ApiKey } from './api-key-table';
import { ApiKeyTabs } from './api-key-tabs';
import { CreateApiKeyDialog } from './create-api-key-dialog';
import { apiKeysPage } from './pages';

/** Keys with which programs act as this user, as far as the user lets them. */
export function ApiKeysPage() {
  const keys = useOperationPages(
    apiKeysPage,
    'listApiKeys',
    {},
    { live: event => event.event_type.startsWith('access.api_key_') },
  );
  const { permissions } = useSignedIn();
  const mayManage = permissions.has('access.api_key.manage');
  const [isCreating, setCreating] = useState(false);
  const rotate = useAction(apiKeysPage, 'rotateApiKey', { invalidates: ['listApiKeys'] });
  const revoke = useAction(apiKeysPage, 'revokeApiKey', { invalidates: ['listApiKeys'] });
  const paramsOf = (key: ApiKey) => ({ key_id: key.key_id });

  const create = (
    <Button variant="primary" icon={PlusIcon} onPress={() => setCreating(true)}>
      Create API key
    </Button>
  );
  const state = pageRenderingOf({
    isPending: keys.isPending,
    failure: keys.error,
    hasData: keys.data !== undefined,
    onRetry: () => void keys.refetch(),
    empty: keys.items.length === 0 && {
      icon: CodeIcon,
      title: 'No API keys yet',
      description: 'A key lets a program do what you allow it, and no more. It can be replaced or revoked at any time.',
      actions: mayManage ? create : undefined,
    },
  });

  return (
    <>
      <PageHeader
        title="API keys"
        description="Programs work with a key of yours as far as it lets them, and never further than you may yourself."
        primaryAction={mayManage && keys.items.length > 0 ? create : undefined}
      >
        <ApiKeyTabs />
      </PageHeader>
      <PageState state={state}>
        <ApiKeyList
          label="API keys"
          keys={keys.items}
          rotation={
            mayManage && {
              state: rotate,
              run: (key, { grace, idempotencyKey }) =>
                rotate.mutate({ params: paramsOf(key), body: { grace }, idempotencyKey }),
              equivalentCall: (key, { grace, idempotencyKey }) => (
                <EquivalentCall
                  page={apiKeysPage}
                  name="rotateApiKey"
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
                <EquivalentCall page={apiKeysPage} name="revokeApiKey" args={{ params: paramsOf(key) }} />
              ),
            }
          }
        />
        <ShowMore of={keys} />
      </PageState>
      {isCreating && <CreateApiKeyDialog onClose={() => setCreating(false)} />}
    </>
  );
}
