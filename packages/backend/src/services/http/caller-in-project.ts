import { callerWithin } from '@portico/plugin-kit/backend';
import type { Authentication, Authorization, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';

/**
 * The caller as another project than the one of the request makes them, admitted there as anywhere. For what browsers ask for without headers: event
 * streams and downloads.
 */
export async function callerInProject(
  caller: UserCaller,
  asked: { projectId: string | undefined; permission: string },
  services: { authentication: Authentication; authorization: Authorization },
): Promise<UserCaller> {
  const { projectId, permission } = asked;
  if (projectId === undefined || projectId === caller.projectId) return caller;
  const there = await services.authentication.revalidate({ ...caller, projectId });
  if (there === null) throw common.fail('not_found');
  services.authorization.require(there, permission);
  if (there.restriction !== null) throw common.fail(there.restriction);
  return callerWithin(there, permission);
}
