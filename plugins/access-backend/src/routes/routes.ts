import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import type { AccessServices } from '../services';
import { accountRoutes } from './account-routes';
import { adminRoutes } from './admin-routes';
import { apiKeyRoutes } from './api-key-routes';
import { factorRoutes } from './factor-routes';
import { departmentRoutes } from './department-routes';
import { invitationRoutes } from './invitation-routes';
import { memberRoutes } from './member-routes';
import { organizationRoutes } from './organization-routes';
import { platformPolicyRoutes, policyRoutes } from './policy-routes';
import { projectMemberRoutes } from './project-member-routes';
import { oidcRoutes } from './oidc-routes';
import { projectRoutes } from './project-routes';
import { proofRoutes } from './proof-routes';
import { resourceRoutes } from './resource-routes';
import { serviceAccountRoutes } from './service-account-routes';
import { sessionRoutes } from './session-routes';
import { supportRoutes } from './support-routes';

export function accessRoutes(services: AccessServices): Handlers<typeof accessContract> {
  return {
    ...sessionRoutes(services),
    ...accountRoutes(services),
    ...factorRoutes(services),
    ...proofRoutes(services),
    ...projectRoutes(services),
    ...projectMemberRoutes(services),
    ...organizationRoutes(services),
    ...memberRoutes(services),
    ...invitationRoutes(services),
    ...departmentRoutes(services),
    ...resourceRoutes(services),
    ...apiKeyRoutes(services),
    ...serviceAccountRoutes(services),
    ...policyRoutes(services),
    ...platformPolicyRoutes(services),
    ...adminRoutes(services),
    ...supportRoutes(services),
    ...oidcRoutes(services),
  };
}
