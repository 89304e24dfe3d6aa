import {
  addPasskey,
  beginPasskey,
  beginTotp,
  confirmTotp,
  signIn,
  signInWithSecondFactor,
} from '@portico/plugin-access/contract';
import type { SecondFactorNeeded } from '@portico/plugin-access/contract';
import type { SignedUp, startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import { TOTP } from 'otpauth';
import { SoftwareAuthenticator } from './software-authenticator';

type Backend = Awaited<ReturnType<typeof startTestBackend>>;

/** The code an app shows for a secret, so many steps of 30 seconds from now. */
export function codeOf(secret: string, clock: TestClock, steps = 0): string {
  return new TOTP({ secret }).generate({ timestamp: clock.now() + steps * 30_000 });
}

/** Where pages of the portal come from, for an authenticator. */
export function originOf(backend: Backend): string {
  return new URL(backend.services.settings.server.publicUrl).origin;
}

/** Sets the app up and lets the step pass whose code that took. */
export async function withTotp(
  backend: Backend,
  clock: TestClock,
  token: string,
): Promise<{ secret: string; recoveryCodes: readonly string[] | null }> {
  const { secret } = await backend.call(beginTotp, { token });
  const confirmed = await backend.call(confirmTotp, { token, body: { code: codeOf(secret, clock) } });
  await clock.advance(30_000);
  return { secret, recoveryCodes: confirmed.recovery_codes };
}

export async function withPasskey(backend: Backend, token: string, name = 'Laptop') {
  const authenticator = new SoftwareAuthenticator(originOf(backend));
  const { challenge, options } = await backend.call(beginPasskey, { token });
  const credential = authenticator.register(options);
  const added = await backend.call(addPasskey, { token, body: { challenge, name, credential } });
  return { authenticator, passkey: added.passkey, recoveryCodes: added.recovery_codes };
}

/** Types the password; answers with what is asked for besides. */
export async function passwordStep(
  backend: Backend,
  person: Pick<SignedUp, 'username' | 'password'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<SecondFactorNeeded> {
  const { username, password } = person;
  const { code, details } = await backend.refusal(signIn, { body: { username, password }, headers });
  if (code !== 'second_factor_needed') throw new Error(`signing in answered ${code}`);
  return details as unknown as SecondFactorNeeded;
}

/** A whole sign-in with a code of the app; answers with its access token. */
export async function signInByTotp(
  backend: Backend,
  clock: TestClock,
  person: Pick<SignedUp, 'username' | 'password'> & { secret: string },
): Promise<string> {
  const { challenge } = await passwordStep(backend, person);
  const code = codeOf(person.secret, clock);
  const reply = await backend.call(signInWithSecondFactor, { body: { challenge, method: 'totp', code } });
  await clock.advance(30_000);
  return reply.access_token ?? '';
}
