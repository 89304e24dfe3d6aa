import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { platformPoliciesPage, policiesPage } from './policies/policy-pages';

/** Policies as an organization has them, and as the platform sets them. */
export const policyExtensions = [
  portalPage(policiesPage, async () => createElement((await import('./policies/policies-page')).PoliciesPage)),
  portalPage(platformPoliciesPage, async () =>
    createElement((await import('./policies/platform-policies-page')).PlatformPoliciesPage),
  ),
];
