import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { AccessServices } from '../services';

type OrganizationOperations = 'getOrganization' | 'updateOrganization' | 'createOrganization';

/** The organization itself. */
export function organizationRoutes(
  _services: AccessServices,
): Pick<Handlers<typeof accessContract>, OrganizationOperations> {
  const unavailable = () => Promise.reject(common.fail('service_unavailable'));
  return {
    getOrganization: unavailable,
    updateOrganization: unavailable,
    createOrganization: unavailable,
  };
}
