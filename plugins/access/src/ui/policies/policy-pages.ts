import { listOsImages, listRegions, listSkus } from '@portico/plugin-catalog/contract';
import { definePage } from '@portico/plugin-kit/ui';
import { listMembers } from '../../contract/member-operations';
import {
  listPlans,
  listPlatformPolicies,
  listPolicies,
  previewPlatformPolicy,
  previewPolicy,
  resetPlatformPolicy,
  resetPolicy,
  setOrganizationPlan,
  setPlatformPolicy,
  setPolicy,
} from '../../contract/policy-operations';
import { listAllOrganizations } from '../../contract/support-operations';

export const policiesPage = definePage({
  name: 'policies',
  path: '/access/policies',
  title: 'Policies',
  operations: { listPolicies, setPolicy, resetPolicy, previewPolicy, listMembers, listSkus, listOsImages, listRegions },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const platformPoliciesPage = definePage({
  name: 'platform-policies',
  path: '/admin/policies',
  title: 'Policies of the platform',
  operations: {
    listPlatformPolicies,
    setPlatformPolicy,
    resetPlatformPolicy,
    previewPlatformPolicy,
    listPlans,
    setOrganizationPlan,
    listAllOrganizations,
    listSkus,
    listOsImages,
    listRegions,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});
