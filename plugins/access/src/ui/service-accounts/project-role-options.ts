import { PROJECT_ROLES } from '../../contract/roles';
import { roleName, roleSentence } from '../people/role-words';

export type ProjectRole = (typeof PROJECT_ROLES)[number];

/** A program is given the same roles in a project as a person, in the same words. */
export const projectRoleOptions = PROJECT_ROLES.map(value => ({
  value,
  title: roleName(value),
  description: roleSentence(value, 'project'),
}));
