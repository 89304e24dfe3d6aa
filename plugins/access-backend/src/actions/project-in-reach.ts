import { isInReach } from '@portico/plugin-kit/backend';
import type { Queries, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { projectById } from '../store/projects';
import type { Project } from '../store/projects';

/** The project by that id, as far as the caller can see: of another organization, out of a key’s reach and deleted are all `not_found`. */
export async function projectOf(queries: Queries, caller: UserCaller, projectId: string): Promise<Project> {
  const project = await projectById(queries, projectId);
  if (!project || !isInReach(caller, project)) throw common.fail('not_found');
  return project;
}
