import { useSignedIn } from '@portico/plugin-kit/ui';
import { Tabs } from '@portico/ui';

/** Whose keys: only those who watch over everybody's have a choice. */
export function ApiKeyTabs() {
  const { permissions } = useSignedIn();
  if (!permissions.has('access.api_key.manage_any')) return null;
  return (
    <Tabs
      label="Whose keys"
      items={[
        { to: '/access/api-keys', label: 'Mine', isExact: true },
        { to: '/access/api-keys/everyone', label: 'Everyone’s' },
      ]}
    />
  );
}
