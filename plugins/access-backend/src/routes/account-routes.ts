import type { accessContract, getProfile } from '@portico/plugin-access/contract';
import { isUniqueViolation, networkOf, pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { changeEmail, resendVerification } from '../actions/change-email';
import { changePassword, prepareChange } from '../actions/change-password';
import { endSessionOfUser, endSessionsOfUser } from '../actions/end-own-sessions';
import { updateProfile } from '../actions/own-profile';
import { requestPasswordReset } from '../actions/request-password-reset';
import { prepareReset, resetPassword } from '../actions/reset-password';
import { verifyEmail } from '../actions/verify-email';
import { deviceName } from '../domain/device-name';
import { passwordStrength } from '../domain/password';
import { canonicalUsername } from '../domain/username';
import type { AccessServices } from '../services';
import { sessionsPage } from '../store/own-sessions';
import { profileOf } from '../store/profiles';
import type { Profile } from '../store/profiles';

type AccountOperations =
  | 'changeEmail'
  | 'changePassword'
  | 'checkPassword'
  | 'endOtherSessions'
  | 'endSession'
  | 'getProfile'
  | 'listSessions'
  | 'requestPasswordReset'
  | 'resendVerification'
  | 'resetPassword'
  | 'updateProfile'
  | 'verifyEmail';

/** One's own account: how one is called and reached, the password, and where one is signed in. */
export function accountRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, AccountOperations> {
  const { rateLimits, accountKeys, database, clock } = services;
  return {
    async checkPassword({ body, caller }) {
      const profile = caller.kind === 'user' ? await profileOf(database.read, caller.userId) : undefined;
      const { score, weakness } = passwordStrength({
        password: body.password,
        username: body.username ?? profile?.username ?? '',
        email: body.email ?? profile?.email ?? null,
        title: services.title,
      });
      return { status: 200, body: { score, is_acceptable: weakness === null, advice: weakness?.advice ?? null } };
    },

    async requestPasswordReset(request) {
      const login = request.body.login.trim();
      // Counted by what was typed, so that the limit is met alike by names that exist and others.
      const named = accountKeys.ofLogin(canonicalUsername(login) ?? login.toLowerCase());
      await rateLimits.consume('mail', `${named}:${networkOf(request.address)}`);
      return request.write(async tx => {
        await requestPasswordReset(tx, services, { login, correlationId: request.correlationId });
        return { status: 202, body: undefined };
      });
    },

    async resetPassword(request) {
      const { address, correlationId, body } = request;
      const passwordHash = await prepareReset(services, body);
      return request.write(async tx => {
        await resetPassword(tx, services, { token: body.token, passwordHash, address, correlationId });
        return { status: 204, body: undefined };
      });
    },

    async verifyEmail(request) {
      const { address, correlationId, body } = request;
      try {
        return await request.write(async tx => {
          const { email, username } = await verifyEmail(tx, services, { token: body.token, address, correlationId });
          return { status: 200, body: { email: email ?? '', username } };
        });
      } catch (error) {
        // Another account confirmed it in the same moment.
        throw isUniqueViolation(error) ? access.fail('email_taken') : error;
      }
    },

    async getProfile({ caller }) {
      const profile = await profileOf(database.read, caller.userId);
      if (!profile) throw new Error(`user ${caller.userId} asks and has no row`);
      return { status: 200, body: profileReply(profile) };
    },

    updateProfile: request =>
      request.write(async tx => {
        const displayName = request.body.display_name;
        return { status: 200, body: profileReply(await updateProfile(tx, services, { ...request, displayName })) };
      }),

    async changeEmail(request) {
      await rateLimits.consume('mail', request.caller.userId);
      return request.write(async tx => {
        const { email } = request.body;
        return { status: 202, body: profileReply(await changeEmail(tx, services, { ...request, email })) };
      });
    },

    async resendVerification(request) {
      await rateLimits.consume('mail', request.caller.userId);
      return request.write(async tx => {
        await resendVerification(tx, services, request);
        return { status: 202, body: undefined };
      });
    },

    async changePassword(request) {
      const { current_password: current, new_password: next } = request.body;
      const { userId } = request.caller;
      const prepared = await prepareChange(services, { userId, address: request.address, current, next });
      return request.write(async tx => {
        await changePassword(tx, services, { ...request, prepared });
        return { status: 204, body: undefined };
      });
    },

    async listSessions({ caller, query }) {
      const { shown, nextCursor } = await pageByTime(query, {
        name: 'own-sessions',
        rows: page => sessionsPage(database.read, { userId: caller.userId, now: clock.now(), ...page }),
        placeOf: row => ({ at: row.createdAt, id: row.sessionId }),
      });
      return {
        status: 200,
        body: {
          items: shown.map(session => ({
            session_id: session.sessionId,
            kind: session.kind,
            device: deviceName(session.device),
            address: session.address,
            provider: session.provider,
            has_second_factor: session.secondFactorAt !== null,
            created_at: toInstant(session.createdAt),
            last_used_at: toInstant(session.lastUsedAt),
            is_current: session.sessionId === caller.sessionId,
          })),
          next_cursor: nextCursor,
        },
      };
    },

    endSession: request =>
      request.write(async tx => {
        await endSessionOfUser(tx, services, { ...request, sessionId: request.params.session_id });
        return { status: 204, body: undefined };
      }),

    endOtherSessions: request =>
      request.write(async tx => {
        const { caller, actor, correlationId } = request;
        const { userId, organizationId, sessionId: keepSessionId } = caller;
        const reason = 'ended_by_user';
        const end = { userId, organizationId, keepSessionId, reason, actor, correlationId } as const;
        return { status: 200, body: { ended: await endSessionsOfUser(tx, services, end) } };
      }),
  };
}

function profileReply(profile: Profile): ReplyOf<typeof getProfile> {
  return {
    user_id: profile.userId,
    username: profile.username,
    display_name: profile.displayName,
    email: profile.email,
    email_verified_at: toInstantOrNull(profile.emailVerifiedAt),
    pending_email: profile.pendingEmail,
    has_password: profile.passwordHash !== null,
    created_at: toInstant(profile.createdAt),
  };
}
