import { EquivalentCall, useAction, useOperationPages } from '@portico/plugin-kit/ui';
import { CodeIcon, PageHeader, pageRenderingOf, PageState, ShowMore } from '@portico/ui';
import { ApiKeyList } from './api-key-list';
import { ApiKeyTabs } from './api-key-tabs';
import { everyonesApiKeysPage } from './pages';

/** The keys of every member and service account, for whoever watches over them. */
export function EveryonesApiKeysPage() {
  const keys = useOperationPages(
    everyonesApiKeysPage,
    'listOrganizationApiKeys',
    {},
    { live: event => event.event_type.startsWith('access.api_key_') },
  );
  const revoke = useAction(everyonesApiKeysPage, 'revokeOrganizationApiKey', {
    invalidates: ['listOrganizationApiKeys'],
  });
  const state = pageRenderingOf({
    isPending: keys.isPending,
    failure: keys.error,
    hasData: keys.data !== undefined,
    onRetry: () => void keys.refetch(),
    empty: keys.items.length === 0 && {
      icon: CodeIcon,
      title: 'Nobody has an API key yet',
      description: 'Keys of all members and service accounts are listed here, and can be revoked.',
    },
  });
  return (
    <>
      <PageHeader
        title="API keys"
        documentTitle="Everyone’s API keys"
        description="The keys of all members and service accounts. Whoever holds one can be stopped here at once."
      >
        <ApiKeyTabs />
      </PageHeader>
      <PageState state={state}>
        <ApiKeyList
          label="Everyone’s API keys"
          keys={keys.items}
          ownerOf={key => <KeyOwner username={key.username} />}
          revocation={{
            state: revoke,
            run: key => revoke.mutateAsync({ params: { key_id: key.key_id } }),
            equivalentCall: key => (
              <EquivalentCall
                page={everyonesApiKeysPage}
                name="revokeOrganizationApiKey"
                args={{ params: { key_id: key.key_id } }}
              />
            ),
          }}
        />
        <ShowMore of={keys} />
      </PageState>
    </>
  );
}

/** The user name of a service account is its name with what makes it unique behind a slash, which no person’s has. */
function KeyOwner({ username }: { username: string }) {
  const [name, ofProgram] = username.split('/');
  if (ofProgram === undefined) return <>@{name}</>;
  return (
    <>
      {name}
      <div className="api-key-note">Service account</div>
    </>
  );
}
