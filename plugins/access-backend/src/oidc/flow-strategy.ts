import type { Configuration, TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { Strategy } from 'openid-client/passport';
import { Passport } from 'passport';

/** What must be remembered between leaving for the provider and coming back, besides the state. */
export interface FlowSecrets {
  readonly codeVerifier: string;
  readonly nonce: string;
}

export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** Where passport's strategy keeps what it must remember: in our case an object of this one request, stored by us. */
const KEPT = 'flow';
const STRATEGY = 'provider';
interface Kept {
  code_verifier: string;
  nonce: string;
  state: string;
  max_age?: number;
}

/** All that the strategy reads of a request. */
interface FlowRequest {
  readonly method: 'GET';
  readonly session: { [KEPT]?: Kept };
  /** Where the browser is: at our page, with the provider's answer or without. */
  readonly at: URL;
  /** Parameters of the way there. */
  readonly parameters: Readonly<Record<string, string>>;
}

type Verdict = (error: unknown, tokens?: Tokens | false | null, info?: unknown) => void;
type Middleware = (request: FlowRequest, response: object, next: Verdict) => void;
type BaseRequest = Parameters<Strategy['currentUrl']>[0];

/**
 * `openid-client`'s strategy for passport, driven by sign-ins that are rows instead of sessions of Express: it is told where the browser is and what was
 * remembered, and it makes and checks PKCE, state, nonce, issuer and audience. The state is ours, because the row is found by it.
 */
class FlowStrategy extends Strategy {
  override currentUrl(request: BaseRequest): URL {
    return flowRequest(request).at;
  }

  override authorizationRequestParams(...[request, options]: Parameters<Strategy['authorizationRequestParams']>) {
    const parameters = new URLSearchParams(super.authorizationRequestParams(request, options));
    for (const [name, value] of Object.entries(flowRequest(request).parameters)) parameters.set(name, value);
    return parameters;
  }
}

export class SignInFlow {
  readonly #authenticate: (finish: Verdict) => Middleware;

  constructor(options: { configuration: Configuration; callbackUrl: string; scope: string }) {
    const { configuration, callbackUrl, scope } = options;
    const strategy = new FlowStrategy(
      { config: configuration, sessionKey: KEPT, callbackURL: callbackUrl, scope },
      (tokens, verified) => verified(null, tokens as unknown as Express.User),
    );
    const passport = new Passport();
    // By name, never as an object: passport then makes a copy for each request, on which it puts that request's own callbacks.
    passport.use(STRATEGY, strategy);
    this.#authenticate = finish => passport.authenticate(STRATEGY, { session: false }, finish) as Middleware;
  }

  /** Where to send the browser, and what to remember of it. */
  async begin(parameters: { state: string; nonce: string } & Readonly<Record<string, string>>): Promise<{
    url: string;
    secrets: FlowSecrets;
  }> {
    const session: FlowRequest['session'] = {};
    const request: FlowRequest = { method: 'GET', session, at: new URL('http://portal.invalid/'), parameters };
    const url = await new Promise<string>((resolve, reject) => {
      const response = {
        setHeader: (name: string, value: string) => name === 'Location' && resolve(value),
        end() {},
      };
      const refuse: Verdict = error => reject(error ?? new Error('the strategy did not say where to go'));
      this.#authenticate(refuse)(request, response, refuse);
    });
    const kept = session[KEPT];
    if (!kept) throw new Error('the strategy remembered nothing');
    return { url, secrets: { codeVerifier: kept.code_verifier, nonce: kept.nonce } };
  }

  /** The provider's tokens for its answer. Throws what `openid-client` throws when anything about them is not as it must be. */
  async finish(
    answer: { code: string; state: string; iss: string | undefined },
    remembered: FlowSecrets & { maxAgeSeconds: number | undefined },
  ): Promise<Tokens> {
    const at = new URL('http://portal.invalid/');
    for (const [name, value] of Object.entries(answer)) if (value !== undefined) at.searchParams.set(name, value);
    const kept: Kept = {
      code_verifier: remembered.codeVerifier,
      nonce: remembered.nonce,
      state: answer.state,
      ...(remembered.maxAgeSeconds === undefined ? {} : { max_age: remembered.maxAgeSeconds }),
    };
    const request: FlowRequest = { method: 'GET', session: { [KEPT]: kept }, at, parameters: {} };
    return new Promise((resolve, reject) => {
      const finish: Verdict = (error, tokens, info) =>
        tokens ? resolve(tokens) : reject(error ?? new Error('the answer was refused', { cause: info }));
      this.#authenticate(finish)(request, {}, finish);
    });
  }
}

/** Passport hands the strategy the very object it was given. */
function flowRequest(request: BaseRequest): FlowRequest {
  return request as unknown as FlowRequest;
}
