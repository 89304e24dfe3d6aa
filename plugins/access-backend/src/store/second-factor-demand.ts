/**
 * 1 where the organization that joins as `organizations` demands a second factor, or the platform demands it of everybody, else 0. An organization's own demand
 * stands in its row, the platform's among the policies.
 */
export function demandsSecondFactor(organizations: string): string {
  return `CASE WHEN ${organizations}.requires_second_factor = 1 OR EXISTS (SELECT 1 FROM access_policies y WHERE y.level = 'platform'
    AND y.organization_id = '' AND y.subject_id = '' AND y.name = 'mfa_required' AND y.value_json = 'true') THEN 1 ELSE 0 END`;
}
