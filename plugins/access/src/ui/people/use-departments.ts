import { useOperation } from '@portico/plugin-kit/ui';
import type { LiveEvent } from '@portico/plugin-kit/ui';
import type { Department } from './departments-panel';
import { organizationPage } from './people-pages';

/** As many as one page of a list holds, which is more than an organization has. */
const ROWS_MAX = 200;
const movesDepartments = (event: LiveEvent) =>
  /^access\.(department_|organization_updated|project_moved)/.test(event.event_type);

/** The departments, where the organization shows them; null where nobody needs to know that there is one. */
export function useDepartments(): readonly Department[] | null {
  const organization = useOperation(organizationPage, 'getOrganization', {}, { live: movesDepartments });
  const isShown = organization.data?.departments_visible ?? false;
  const departments = useOperation(
    organizationPage,
    'listDepartments',
    { query: { limit: ROWS_MAX } },
    { enabled: isShown, live: movesDepartments },
  );
  return isShown ? (departments.data?.items ?? null) : null;
}
