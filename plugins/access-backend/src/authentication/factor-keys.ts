import { networkOf } from '@portico/plugin-kit/backend';
import type { Secrets } from '@portico/plugin-kit/backend';
import { randomBytes } from 'node:crypto';

const CHALLENGE_BYTES = 32;
const TOTP_PURPOSE = 'access.totp';

/** Keyed hashes of codes and challenges, none of which is stored as it is, and the one secret that must be read again. */
export class FactorKeys {
  constructor(private readonly secrets: Secrets) {}

  /** What the client holds while a question is open. */
  newChallenge(): string {
    return randomBytes(CHALLENGE_BYTES).toString('base64url');
  }
  ofChallenge(challenge: string): string {
    return this.secrets.fingerprint('access.factor.challenge', challenge);
  }
  /**
   * What an authenticator signs for a challenge, base64url. Another value than the challenge itself, since this one is seen by the browser’s extensions and the
   * authenticator, and the challenge of a sign-in shows that the password was right.
   */
  signedFor(challenge: string): string {
    return this.secrets.fingerprint('access.factor.signed', challenge);
  }
  /** The network and program a challenge is put to: one that was carried elsewhere is not taken there. */
  ofClient(client: { address: string; device: string | null }): string {
    return this.secrets.fingerprint('access.factor.client', `${networkOf(client.address)} ${client.device ?? ''}`);
  }
  ofRecoveryCode(userId: string, code: string): string {
    return this.secrets.fingerprint('access.recovery_code', `${userId} ${code}`);
  }
  /** What attempts at a factor are counted by: the account alone, because who guesses has the password and may have many addresses. */
  ofAttempts(userId: string): string {
    return `factor:${userId}`;
  }
  encryptTotp(secret: string): string {
    return this.secrets.encrypt(TOTP_PURPOSE, secret);
  }
  decryptTotp(encrypted: string): string {
    return this.secrets.decrypt(TOTP_PURPOSE, encrypted);
  }
}
