import type { Secrets } from '@portico/plugin-kit/backend';
import { randomBytes } from 'node:crypto';

/** 256 bits: nobody finds one by trying. */
const LINK_TOKEN_BYTES = 32;
const LOGIN_PURPOSE = 'access.password_reset.login';

/** What a link in a message is known by, and what somebody typed who forgot their password; neither is stored as it is. */
export class AccountKeys {
  constructor(private readonly secrets: Secrets) {}

  newLinkToken(): string {
    return randomBytes(LINK_TOKEN_BYTES).toString('hex');
  }
  ofLinkToken(token: string): string {
    return this.secrets.fingerprint('access.link', token);
  }
  /** What requests for a link are counted by. */
  ofLogin(login: string): string {
    return this.secrets.fingerprint('access.link.login', login);
  }
  /** People type passwords into the wrong field, so what they typed is not to be read in the outbox. */
  sealLogin(login: string): string {
    return this.secrets.encrypt(LOGIN_PURPOSE, login);
  }
  openLogin(sealed: string): string {
    return this.secrets.decrypt(LOGIN_PURPOSE, sealed);
  }
}
