import type { Secrets } from '@portico/plugin-kit/backend';
import { randomBytes } from 'node:crypto';
import type { FlowPurpose } from '../store/oidc-flows';
import type { FlowSecrets } from './flow-strategy';

const SECRET_BYTES = 32;
/** How a state begins, so that the page the browser comes back to knows what was begun. */
const STATE_PREFIX = { sign_in: 'signin', link: 'link' } as const satisfies Record<FlowPurpose, string>;

export function newState(purpose: FlowPurpose): string {
  return `${STATE_PREFIX[purpose]}.${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** What the browser that began holds, and no other. */
export function newBinding(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Of what a sign-in through a provider must not be readable in the database: hashes of what is only compared, ciphertext of the rest. */
export class OidcVault {
  constructor(private readonly secrets: Secrets) {}

  ofState(state: string): string {
    return this.secrets.fingerprint('access.oidc.state', state);
  }
  ofBinding(binding: string): string {
    return this.secrets.fingerprint('access.oidc.binding', binding);
  }
  sealFlow(secrets: FlowSecrets): string {
    return this.secrets.encrypt('access.oidc.flow', JSON.stringify(secrets));
  }
  openFlow(sealed: string): FlowSecrets {
    return JSON.parse(this.secrets.decrypt('access.oidc.flow', sealed)) as FlowSecrets;
  }
  sealIdToken(idToken: string): string {
    return this.secrets.encrypt('access.oidc.id_token', idToken);
  }
  openIdToken(sealed: string): string {
    return this.secrets.decrypt('access.oidc.id_token', sealed);
  }
}
