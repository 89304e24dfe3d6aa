import { PASSWORD_LENGTH_MIN } from '@portico/plugin-access/contract';
import type { accessContract, refreshToken } from '@portico/plugin-access/contract';
import type { ApiReply, ApiRequest, Clock, Handlers, Queries, UserCaller } from '@portico/plugin-kit/backend';
import { networkOf } from '@portico/plugin-kit/backend';
import { toInstant, toMoney } from '@portico/plugin-kit/contract';
import type { IncomingHttpHeaders } from 'node:http';
import { access } from '../access-errors';
import { endSession } from '../actions/end-session';
import { openSession, PASSWORD_ALONE } from '../actions/open-session';
import { refreshTokens, rotateCookie } from '../actions/rotate-session';
import { secondFactorNeeded } from '../actions/second-factor-sign-in';
import { passwordCheck } from '../actions/sign-in';
import { prepareSignUp, signUp } from '../actions/sign-up';
import { organizationReply, projectReply, userReply } from '../replies';
import type { AccessServices } from '../services';
import { organizationById } from '../store/organizations';
import { organizationsOf } from '../store/memberships';
import { projectsPage } from '../store/projects';
import type { Project } from '../store/projects';
import { countSshKeys } from '../store/ssh-keys';
import { supportSessionById } from '../store/support-sessions';
import { userById } from '../store/users';
import { home, originOf, sessionReply, tokenFields } from './session-reply';

/** Projects `GET me` carries for the selector; more are in `GET projects`. */
const SELECTOR_PROJECTS_MAX = 200;

type SessionOperations = 'getSignInOptions' | 'signUp' | 'signIn' | 'refreshToken' | 'signOut' | 'getMe';

/** Signing in and out, and who one then is. */
export function sessionRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, SessionOperations> {
  const checkPassword = passwordCheck(services);
  return {
    async getSignInOptions() {
      return {
        status: 200,
        body: {
          sign_up: services.signUp,
          methods: [
            'personal',
            ...(services.providers.list.length > 0 ? (['work'] as const) : []),
            ...(services.relyingParty === null ? [] : (['passkey'] as const)),
          ],
          providers: services.providers.list.map(({ reply }) => reply),
          password_length_min: PASSWORD_LENGTH_MIN,
        },
      };
    },

    async signUp(request) {
      const { username, password, display_name, email, currency, invitation_token } = request.body;
      const origin = originOf(services, request, request.body.session);
      // An account costs a hash and many rows, and who may have as many as they like has as much credit.
      await services.rateLimits.consume('signInAddress', networkOf(request.address));
      const account = await prepareSignUp(services, {
        username,
        password,
        displayName: display_name ?? null,
        email: email ?? null,
        currency,
        invitationToken: invitation_token ?? null,
      });
      return request.write(async tx => {
        const { userId, session } = await signUp(tx, services, { account, origin });
        return { status: 201, ...(await sessionReply(tx, services, { userId, session })) };
      });
    },

    async signIn(request) {
      const origin = originOf(services, request, request.body.session);
      const { userId } = await checkPassword({
        ...request.body,
        address: request.address,
        correlationId: request.correlationId,
      });
      const needed = await secondFactorNeeded(services, { userId, origin });
      if (needed !== null) throw needed;
      return request.write(async tx => {
        const user = await userById(tx, userId);
        if (!user) throw access.fail('credentials_invalid');
        const session = await openSession(tx, services, {
          userId,
          organizationId: user.organizationId,
          origin,
          proof: PASSWORD_ALONE,
        });
        return { status: 200, ...(await sessionReply(tx, services, { userId, session })) };
      });
    },

    async refreshToken(request) {
      const { refresh_token } = request.body;
      if (refresh_token === undefined) return refreshCookie(services, request);
      const pair = await refreshTokens(services, {
        refreshToken: refresh_token,
        address: request.address,
        correlationId: request.correlationId,
      });
      return { status: 200, body: tokenFields(pair) };
    },

    async signOut(request) {
      const { caller, actor, correlationId } = request;
      const { sessionId, userId, organizationId } = caller;
      return request.write(async tx => {
        if (sessionId !== null) {
          await endSession(tx, services.audit, {
            sessionId,
            userId,
            organizationId,
            reason: 'signed_out',
            actor,
            correlationId,
          });
        }
        const headers = services.cookie.name === null ? undefined : { 'Set-Cookie': services.cookie.cleared() };
        return { status: 204, body: undefined, headers };
      });
    },

    async getMe(request) {
      const { caller, headers } = request;
      const body = await me(services.database.read, services, caller);
      const cookie = cookieOf(services, headers);
      if (cookie === null || caller.sessionId === null) return { status: 200, body };
      const next = await rotateCookie(services, { sessionId: caller.sessionId, presented: cookie, force: false });
      return {
        status: 200,
        body: { ...body, csrf_token: services.keys.csrfToken(caller.sessionId) },
        headers: next === null ? undefined : { 'Set-Cookie': services.cookie.carrying(next) },
      };
    },
  };
}

async function refreshCookie(
  services: AccessServices,
  request: ApiRequest<typeof refreshToken>,
): Promise<ApiReply<typeof refreshToken>> {
  const { caller, headers } = request;
  const cookie = cookieOf(services, headers);
  if (caller.kind !== 'user' || caller.sessionId === null || cookie === null)
    throw access.fail('refresh_token_invalid');
  const next = await rotateCookie(services, { sessionId: caller.sessionId, presented: cookie, force: true });
  return {
    status: 200,
    body: { csrf_token: services.keys.csrfToken(caller.sessionId) },
    headers: next === null ? undefined : { 'Set-Cookie': services.cookie.carrying(next) },
  };
}

/** The cookie that decided who the caller is; a bearer token goes before it. */
function cookieOf(services: AccessServices, headers: IncomingHttpHeaders): string | null {
  return headers.authorization === undefined ? services.cookie.read(headers) : null;
}

async function me(queries: Queries, services: AccessServices, caller: UserCaller) {
  const { user, defaultProject } = await home(queries, caller.userId);
  const organization = await organizationById(queries, caller.organizationId);
  if (!organization) throw new Error(`organization ${caller.organizationId} has no row`);
  const projects = await visibleProjects(queries, caller);
  const balance = (await services.billing.balances(queries, [caller.organizationId])).get(caller.organizationId);
  return {
    user: userReply(user),
    organization: organizationReply(organization),
    active_project_id: caller.projectId,
    default_project: projectReply(defaultProject, user.defaultProjectId),
    organizations: caller.apiKey
      ? []
      : (await organizationsOf(queries, caller.userId)).map(({ organizationId, name, role, projectId }) => ({
          organization_id: organizationId,
          name,
          role,
          project_id: projectId,
        })),
    projects: projects.map(project => projectReply(project, user.defaultProjectId)),
    permissions: [...caller.permissions].sort(),
    restriction: caller.restriction,
    support: await supportReply(queries, services.clock, caller),
    first_run: {
      available:
        balance && caller.permissions.has('billing.balance.read') ? toMoney(balance.available, balance.currency) : null,
      ssh_key_count: await countSshKeys(queries, caller.userId),
    },
  };
}

/** An API key is told no more here than its scopes let it ask for elsewhere. */
async function visibleProjects(queries: Queries, caller: UserCaller): Promise<Project[]> {
  const { organizationId, userId, projectId } = caller;
  const mayRead = caller.permissions.has('access.project.read');
  return projectsPage(queries, {
    organizationId,
    onlyProjectId: mayRead ? caller.onlyProjectId : projectId,
    memberUserId: mayRead && !caller.organizationPermissions.has('access.project.read') ? userId : null,
    limit: SELECTOR_PROJECTS_MAX,
  });
}

async function supportReply(queries: Queries, clock: Clock, { support }: UserCaller) {
  const session =
    support && (await supportSessionById(queries, { supportSessionId: support.supportSessionId, now: clock.now() }));
  if (!session) return null;
  const { supportSessionId, reason, expiresAt } = session;
  return { support_session_id: supportSessionId, reason, expires_at: toInstant(expiresAt) };
}
