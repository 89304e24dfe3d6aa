import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { places } from './places';

/** Policies as an organization has them, and as the platform sets them. */
export const policyExtensions = [
  portalPage(places.policiesPage, async () => createElement((await import('./policies/policies-page')).PoliciesPage)),
  portalPage(places.platformPoliciesPage, async () =>
    createElement((await import('./policies/platform-policies-page')).PlatformPoliciesPage),
  ),
];
