import { useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Id } from '@portico/ui';
import { adminSkuPage } from './catalog-admin-pages';

/** The name, for those who may know it; else the id. */
export function OrganizationName({ organizationId }: { organizationId: string }) {
  const mayKnow = useSignedIn().permissions.has('access.support.open_any');
  const params = { organization_id: organizationId };
  const found = useOperation(adminSkuPage, 'getAnyOrganization', { params }, { enabled: mayKnow });
  return found.data === undefined ? <Id value={organizationId} /> : <>{found.data.name}</>;
}
