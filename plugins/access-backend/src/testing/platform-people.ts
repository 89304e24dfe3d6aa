import { grantPlatformRole, signIn } from '@portico/plugin-access/contract';
import type { PLATFORM_ROLES } from '@portico/plugin-access/contract';
import { authenticationRef } from '@portico/plugin-kit/backend';
import { startTestBackend } from '@portico/plugin-kit/testing';
import type { TestBackend, TestClock } from '@portico/plugin-kit/testing';

/** Of the first administrator, and of everybody who signs up for a test. */
export const password = 'correct horse battery staple';

export type PlatformRole = (typeof PLATFORM_ROLES)[number];

/** A portal whose people look after everybody, where a sign-in counts as fresh for ten minutes. */
export function startPlatform(database: 'sqlite' | 'postgres', clock: TestClock) {
  return startTestBackend({
    database,
    clock,
    plugins: ['access', 'billing'],
    settings: { access: { proofMinutes: 10 } },
    expose: { authentication: authenticationRef },
  });
}

/** The first administrator, who signs in for it. */
export async function administrator(backend: Pick<TestBackend, 'call'>): Promise<{ token: string; userId: string }> {
  const { access_token: token = '', user } = await backend.call(signIn, {
    body: { username: 'admin', password },
  });
  return { token, userId: user.user_id };
}

/** The user with the role, given by whoever the token belongs to. */
export function givePlatformRole(
  backend: Pick<TestBackend, 'call'>,
  gift: { token: string; userId: string; role: PlatformRole },
) {
  const { token, userId, role } = gift;
  return backend.call(grantPlatformRole, { token, params: { user_id: userId, role } });
}
