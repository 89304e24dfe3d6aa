import { OIDC_FLOW_SECONDS } from '@portico/plugin-access/contract';
import type { IncomingHttpHeaders } from 'node:http';
import { readCookie } from '../authentication/session-cookie';

/** Characters of the state that tell the cookies of several tabs apart. */
const MARK_LENGTH = 8;

/**
 * The cookie by which the browser that left for a provider is known when it comes back: without it somebody could finish their own sign-in in another's
 * browser, who would then work, and pay, in a stranger's account. One per sign-in under way, since people have several tabs. It is as safe as the cookie of
 * a session is (`SessionCookie`), and refused where that is.
 */
export class FlowCookie {
  readonly #prefix: string;
  readonly #attributes: string;

  constructor(publicUrl: string) {
    const secure = new URL(publicUrl).protocol === 'https:';
    this.#prefix = `${secure ? '__Host-' : ''}portico-oidc-`;
    this.#attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }

  carrying(state: string, binding: string): string {
    return `${this.#nameFor(state)}=${binding}; Max-Age=${OIDC_FLOW_SECONDS}; ${this.#attributes}`;
  }

  cleared(state: string): string {
    return `${this.#nameFor(state)}=; Max-Age=0; ${this.#attributes}`;
  }

  read(headers: IncomingHttpHeaders, state: string): string | null {
    return readCookie(headers, this.#nameFor(state));
  }

  #nameFor(state: string): string {
    const mark = state.slice(state.indexOf('.') + 1).slice(0, MARK_LENGTH);
    return this.#prefix + mark.replaceAll(/[^A-Za-z0-9_-]/g, '');
  }
}
