import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { IncomingHttpHeaders } from 'node:http';
import { linkIdentity, unlinkIdentity } from '../actions/link-identity';
import { finishFlow, keepFlow, startFlow } from '../actions/oidc-flow';
import type { StartedFlow } from '../actions/oidc-flow';
import { isWorthASecondTry, signInThroughProvider } from '../actions/sign-in-through-provider';
import type { AccessServices } from '../services';
import { identitiesOf } from '../store/identities';
import type { Identity } from '../store/identities';
import { idTokenOfSession } from '../store/provider-sessions';
import { originOf, sessionReply } from './session-reply';

type OidcOperations =
  | 'authorizeOidc'
  | 'exchangeOidc'
  | 'getOidcLogoutUrl'
  | 'listIdentities'
  | 'authorizeIdentity'
  | 'linkIdentity'
  | 'unlinkIdentity';

/** Signing in through identity providers, and the identities linked to one's account. */
export function oidcRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, OidcOperations> {
  const { providers, flowCookie, oidcVault, database } = services;
  return {
    async authorizeOidc(request) {
      const { provider, hint, session, return_to, prompt } = request.query;
      const { kind } = originOf(services, request, session);
      const started = await startFlow(services, {
        purpose: 'sign_in',
        userId: null,
        provider,
        hint,
        returnTo: return_to,
        asksForProof: prompt === 'login',
      });
      return request.write(async tx => ({
        status: 200,
        ...startedReply(services, started, { expiresAt: await keepFlow(tx, started), byCookie: kind === 'cookie' }),
      }));
    },

    async exchangeOidc(request) {
      const { session, ...answer } = request.body;
      const origin = originOf(services, request, session);
      const finished = await finishFlow(services, {
        ...answerOf(services, request.headers, answer),
        purpose: 'sign_in',
        userId: null,
      });
      const open = () =>
        request.write(async tx => {
          const opened = await signInThroughProvider(tx, services, { ...finished, origin });
          const { body, headers } = await sessionReply(tx, services, opened);
          return {
            status: 200,
            body: { ...body, provider: finished.provider.reply, return_to: finished.returnTo },
            headers: {
              'Set-Cookie': [headers?.['Set-Cookie'] ?? [], flowCookie.cleared(answer.state)].flat(),
            },
          };
        });
      try {
        return await open();
      } catch (error) {
        if (isWorthASecondTry(error)) return open();
        throw error;
      }
    },

    async getOidcLogoutUrl({ caller }) {
      const opened = caller.sessionId === null ? undefined : await idTokenOfSession(database.read, caller.sessionId);
      const provider = opened && providers.byId(opened.provider);
      const url = await provider?.endSessionUrl({
        idToken: opened?.sealedIdToken ? oidcVault.openIdToken(opened.sealedIdToken) : null,
        returnTo: `${services.publicUrl}/login`,
      });
      return { status: 200, body: { end_session_url: url ?? null } };
    },

    async listIdentities({ caller }) {
      const identities = await identitiesOf(database.read, caller.userId);
      return {
        status: 200,
        body: { items: identities.map(identity => identityReply(services, identity)), next_cursor: null },
      };
    },

    async authorizeIdentity(request) {
      const started = await startFlow(services, {
        purpose: 'link',
        userId: request.caller.userId,
        provider: request.body.provider,
        hint: undefined,
        returnTo: request.body.return_to,
        asksForProof: false,
      });
      const byCookie = request.headers.authorization === undefined;
      return request.write(async tx => ({
        status: 200,
        ...startedReply(services, started, { expiresAt: await keepFlow(tx, started), byCookie }),
      }));
    },

    async linkIdentity(request) {
      const finished = await finishFlow(services, {
        ...answerOf(services, request.headers, request.body),
        purpose: 'link',
        userId: request.caller.userId,
      });
      return request.write(async tx => {
        const identity = await linkIdentity(tx, services, { ...request, ...finished });
        return {
          status: 201,
          body: { ...identityReply(services, identity), return_to: finished.returnTo },
          headers: { 'Set-Cookie': flowCookie.cleared(request.body.state) },
        };
      });
    },

    async unlinkIdentity(request) {
      return request.write(async tx => {
        await unlinkIdentity(tx, services, { ...request, identityId: request.params.identity_id });
        return { status: 204, body: undefined };
      });
    },
  };
}

function startedReply(
  { flowCookie }: AccessServices,
  { provider, authorizationUrl, state, binding }: StartedFlow,
  { expiresAt, byCookie }: { expiresAt: number; byCookie: boolean },
) {
  const body = { authorization_url: authorizationUrl, provider: provider.reply, expires_at: toInstant(expiresAt) };
  return byCookie
    ? { body, headers: { 'Set-Cookie': flowCookie.carrying(state, binding) } }
    : { body: { ...body, flow_token: binding } };
}

/** What proves that it is the browser that began: the token it was given, else its cookie. */
function answerOf(
  { flowCookie }: AccessServices,
  headers: IncomingHttpHeaders,
  answer: { code: string; state: string; iss?: string; flow_token?: string },
) {
  const { code, state, iss, flow_token } = answer;
  return { code, state, iss, binding: flow_token ?? flowCookie.read(headers, state) };
}

/** A provider that is configured no more is called by its id. */
function identityReply({ providers }: AccessServices, identity: Identity) {
  const { identityId, provider, email, createdAt, lastUsedAt } = identity;
  return {
    identity_id: identityId,
    provider: providers.byId(provider)?.reply ?? { id: provider, label: provider },
    email,
    created_at: toInstant(createdAt),
    last_used_at: toInstantOrNull(lastUsedAt),
  };
}
