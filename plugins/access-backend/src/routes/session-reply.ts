import { ACCESS_TOKEN_SECONDS } from '@portico/plugin-access/contract';
import type { Queries } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { IncomingHttpHeaders } from 'node:http';
import { access } from '../access-errors';
import type { ChallengedClient } from '../actions/factor-challenges';
import type { OpenedSession, SignInOrigin } from '../actions/open-session';
import { isSameOrigin } from '../authentication/cross-site';
import { organizationReply, projectReply, userReply } from '../replies';
import type { AccessServices } from '../services';
import { organizationById } from '../store/organizations';
import { projectById } from '../store/projects';
import { userById } from '../store/users';

/** Characters of a `User-Agent` that are kept: enough to tell one’s devices apart. */
const DEVICE_LENGTH_MAX = 256;

/** Where a session comes from. A browser session is opened only where its cookie is safe, and only for a page of ours. */
export function originOf(
  services: AccessServices,
  request: { address: string; headers: IncomingHttpHeaders; correlationId: string },
  kind: 'token' | 'cookie' = 'token',
): SignInOrigin {
  const { headers, correlationId } = request;
  if (kind === 'cookie' && !services.cookie.isSafeAt(headers.host)) throw access.fail('cookie_session_insecure');
  if (kind === 'cookie' && !isSameOrigin(headers, services.publicUrl)) throw common.fail('csrf_token_invalid');
  return { kind, ...clientOf(request), correlationId };
}

/** Where a challenge is put to, and answered from. */
export function clientOf({ address, headers }: { address: string; headers: IncomingHttpHeaders }): ChallengedClient {
  return { address, device: headers['user-agent']?.slice(0, DEVICE_LENGTH_MAX) ?? null };
}

/** What whoever has just signed in is answered: body and, for a browser, the cookie. */
export async function sessionReply(
  queries: Queries,
  services: AccessServices,
  opened: { userId: string; session: OpenedSession },
) {
  const { userId, session } = opened;
  const { user, organization, defaultProject } = await home(queries, userId);
  const body = {
    user: userReply(user),
    organization: organizationReply(organization),
    default_project: projectReply(defaultProject, user.defaultProjectId),
  };
  if (session.refreshToken !== null) {
    return {
      body: { ...tokenFields({ accessToken: session.accessToken, refreshToken: session.refreshToken }), ...body },
    };
  }
  return {
    body: { csrf_token: services.keys.csrfToken(session.sessionId), ...body },
    headers: { 'Set-Cookie': services.cookie.carrying(session.accessToken) },
  };
}

export function tokenFields(pair: { accessToken: string; refreshToken: string }) {
  return { access_token: pair.accessToken, refresh_token: pair.refreshToken, expires_in_seconds: ACCESS_TOKEN_SECONDS };
}

/** A user with what is theirs alone. */
export async function home(queries: Queries, userId: string) {
  const user = await userById(queries, userId);
  const organization = user && (await organizationById(queries, user.organizationId));
  const defaultProject = user && (await projectById(queries, user.defaultProjectId));
  if (!user || !organization || !defaultProject)
    throw new Error(`user ${userId} lacks an organization or a default project`);
  return { user, organization, defaultProject };
}
