import type { LoggerService } from '@backstage/backend-plugin-api';
import { REFRESH_TOKEN_SECONDS } from '@portico/plugin-access/contract';
import type { Clock } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import * as client from 'openid-client';
import { access } from '../access-errors';
import { completedClaims } from '../domain/oidc-claims';
import type { Claims } from '../domain/oidc-claims';
import { SignInFlow } from './flow-strategy';
import type { FlowSecrets, Tokens } from './flow-strategy';
import { providerError } from './provider-errors';
import type { ProviderSettings } from './provider-settings';

/** Seconds a provider may take for one request; somebody waits in front of a browser. */
const PROVIDER_TIMEOUT_SECONDS = 8;
/** Seconds after which a provider's description is read anew: endpoints seldom move. */
const DISCOVERY_SECONDS = 60 * 60;
/** Seconds in which a provider that could not be read is not asked again, so that a dead one costs the next visitor nothing. */
const DISCOVERY_REST_SECONDS = 5;
/**
 * Seconds for which being signed in at the provider is enough to sign in here: as long as a session here goes on. Asked for its sake less than because who is asked
 * has to say when the person signed in (`auth_time`); unsaid, coming back from the provider would count as proving oneself, though nobody was asked anything there.
 */
const SIGNED_IN_SECONDS_MAX = REFRESH_TOKEN_SECONDS;
/** Characters of a subject. The standard allows 255; an index must stay small. */
const SUBJECT_LENGTH_MAX = 255;
/** Characters of an ID token that is kept for sign-out; a URL must carry it. */
const ID_TOKEN_LENGTH_MAX = 6_000;

export interface ProvenIdentity {
  /** What the provider calls the person, for ever. */
  readonly subject: string;
  /** Of the ID token, completed by what the provider tells on request. */
  readonly claims: Claims;
  /** Null when it is too long to be sent back in a URL. */
  readonly idToken: string | null;
}

interface Known {
  readonly configuration: client.Configuration;
  readonly flow: SignInFlow;
  readonly at: number;
}

/**
 * One provider. It is asked who it is when first needed and now and again afterwards, never at the start of the portal; while it cannot be asked anew, what it
 * said before goes on counting.
 */
export class IdentityProvider {
  #known: Known | null = null;
  #asking: Promise<Known> | null = null;
  #restUntil = 0;

  constructor(
    readonly settings: ProviderSettings,
    private readonly parts: { clock: Clock; logger: LoggerService; publicUrl: string },
  ) {}

  get reply(): { id: string; label: string } {
    return { id: this.settings.id, label: this.settings.label };
  }

  /** Where to send the browser. `maxAgeSeconds`: the person is to prove anew who they are, and the proof may be so old when they come back. */
  async begin(options: {
    state: string;
    loginHint: string | undefined;
    maxAgeSeconds: number | undefined;
  }): Promise<{ url: string; secrets: FlowSecrets }> {
    const { state, loginHint, maxAgeSeconds } = options;
    const { flow } = await this.#discovered();
    try {
      return await flow.begin({
        state,
        nonce: client.randomNonce(),
        ...(loginHint === undefined ? {} : { login_hint: loginHint }),
        max_age: String(maxAgeSeconds ?? SIGNED_IN_SECONDS_MAX),
        ...(maxAgeSeconds === undefined ? {} : { prompt: 'login' }),
      });
    } catch (error) {
      this.#told(error);
      throw common.fail('service_unavailable', { cause: error });
    }
  }

  /** Who the answer proves the person to be; `oidc_answer_invalid` or `service_unavailable` when it proves nothing. */
  async finish(
    answer: { code: string; state: string; iss: string | undefined },
    remembered: FlowSecrets & { maxAgeSeconds: number | undefined },
  ): Promise<ProvenIdentity> {
    const { configuration, flow } = await this.#discovered();
    try {
      const tokens = await flow.finish(answer, remembered);
      const said = tokens.claims();
      if (!said || said.sub.length > SUBJECT_LENGTH_MAX) throw access.fail('oidc_answer_invalid');
      const idToken = tokens.id_token ?? '';
      return {
        subject: said.sub,
        claims: await this.#completed(configuration, tokens, said),
        idToken: idToken !== '' && idToken.length <= ID_TOKEN_LENGTH_MAX ? idToken : null,
      };
    } catch (error) {
      throw this.#told(error);
    }
  }

  /** Where a browser ends its session at the provider; null when that has no such page or cannot be asked. */
  async endSessionUrl(options: { idToken: string | null; returnTo: string }): Promise<string | null> {
    const known = await this.#discovered().catch(() => null);
    if (known?.configuration.serverMetadata().end_session_endpoint === undefined) return null;
    const url = client.buildEndSessionUrl(known.configuration, {
      post_logout_redirect_uri: options.returnTo,
      ...(options.idToken === null ? {} : { id_token_hint: options.idToken }),
    });
    return url.href;
  }

  /** Many providers put little into the ID token and the rest behind a request. The ID token's word goes first. */
  async #completed(configuration: client.Configuration, tokens: Tokens, said: client.IDToken): Promise<Claims> {
    const wanted = ['email', ...this.settings.memberships.map(({ claim }) => claim)];
    const isComplete = wanted.every(name => Object.hasOwn(said, name));
    if (isComplete || configuration.serverMetadata().userinfo_endpoint === undefined) return said;
    const more = await client.fetchUserInfo(configuration, tokens.access_token, said.sub);
    return completedClaims(said, more);
  }

  async #discovered(): Promise<Known> {
    const now = this.parts.clock.now();
    if (this.#known && now < this.#known.at + DISCOVERY_SECONDS * 1000) return this.#known;
    if (now < this.#restUntil) return this.#remembered();
    this.#asking ??= this.#discover().finally(() => (this.#asking = null));
    try {
      return await this.#asking;
    } catch (error) {
      this.#restUntil = this.parts.clock.now() + DISCOVERY_REST_SECONDS * 1000;
      return this.#remembered(this.#told(error));
    }
  }

  #remembered(error: unknown = undefined): Known {
    if (this.#known) return this.#known;
    throw common.fail('service_unavailable', { cause: error });
  }

  async #discover(): Promise<Known> {
    const { issuer, clientId, clientSecret, scopes, allowInsecure } = this.settings;
    const configuration = await client.discovery(
      new URL(issuer),
      clientId,
      undefined,
      clientSecret === undefined ? client.None() : clientSecretAuth(clientSecret),
      {
        timeout: PROVIDER_TIMEOUT_SECONDS,
        // The signature is checked although the token comes straight from the provider: a proxy between the two must not be able to write one.
        execute: [client.enableNonRepudiationChecks, ...(allowInsecure ? [client.allowInsecureRequests] : [])],
      },
    );
    const flow = new SignInFlow({
      configuration,
      callbackUrl: `${this.parts.publicUrl}/login/callback`,
      scope: [...new Set(['openid', ...scopes])].join(' '),
    });
    this.#known = { configuration, flow, at: this.parts.clock.now() };
    return this.#known;
  }

  /** Operators need to know why; people are told what to do. */
  #told(error: unknown): unknown {
    if (error instanceof Error && error.name === 'CodedError') return error;
    const coded = providerError(error);
    this.parts.logger.warn(`the identity provider "${this.settings.id}" could not be used`, {
      code: coded.code,
      error: String(error),
      cause: String((error as Error | undefined)?.cause ?? ''),
    });
    return coded;
  }
}

/** In the header where the provider takes it there, which is the standard's default, else in the body. */
function clientSecretAuth(secret: string): client.ClientAuth {
  const basic = client.ClientSecretBasic(secret);
  const post = client.ClientSecretPost(secret);
  return (server, metadata, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, metadata, body, headers);
  };
}
