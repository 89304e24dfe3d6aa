import type { accessContract, giveProof, signInWithSecondFactor } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common, toInstant } from '@portico/plugin-kit/contract';
import type { BodyOf, CodedError } from '@portico/plugin-kit/contract';
import { beginPasskeySignIn, signInWithPasskey } from '../actions/passkey-sign-in';
import { beginProof, proveIdentity, waysToProve } from '../actions/prove-identity';
import type { GivenProof } from '../actions/prove-identity';
import { showSecondFactor } from '../actions/second-factor-sign-in';
import type { ShownFactor } from '../actions/second-factor-sign-in';
import type { AccessServices } from '../services';
import { clientOf, originOf, sessionReply } from './session-reply';

type ProofOperations =
  'signInWithSecondFactor' | 'beginPasskeySignIn' | 'signInWithPasskey' | 'getProof' | 'beginProof' | 'giveProof';

/** Showing who one is: by a second factor after the password, by a passkey alone, and again where that was too long ago. */
export function proofRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, ProofOperations> {
  const { database, clock, proofSeconds } = services;
  return {
    async signInWithSecondFactor(request) {
      const { challenge, session } = request.body;
      const shown = shownFactor(request.body);
      const origin = originOf(services, request, session);
      const opened = await showSecondFactor(services, { challenge, shown, origin });
      return { status: 200, ...(await sessionReply(database.read, services, opened)) };
    },

    async beginPasskeySignIn(request) {
      const { challenge, expiresAt, options } = await beginPasskeySignIn(services, clientOf(request));
      return { status: 200, body: { challenge, expires_at: toInstant(expiresAt), options } };
    },

    async signInWithPasskey(request) {
      const { challenge, assertion, session } = request.body;
      const origin = originOf(services, request, session);
      const opened = await signInWithPasskey(services, { challenge, assertion, origin });
      return { status: 200, ...(await sessionReply(database.read, services, opened)) };
    },

    async getProof(request) {
      const { freshUntil } = request.caller;
      const isFresh = freshUntil !== null && freshUntil > clock.now();
      const ways = await waysToProve(services, request);
      return { status: 200, body: { fresh_until: isFresh ? toInstant(freshUntil) : null, ...ways } };
    },

    async beginProof(request) {
      const begun = await beginProof(services, { ...request, client: clientOf(request) });
      const { challenge, expiresAt, options } = begun;
      return { status: 200, body: { challenge, expires_at: toInstant(expiresAt), options } };
    },

    async giveProof(request) {
      const given = givenProof(request.body);
      const provedAt = await proveIdentity(services, { ...request, client: clientOf(request), given });
      return { status: 200, body: { fresh_until: toInstant(provedAt + proofSeconds * 1000) } };
    },
  };
}

function shownFactor(body: BodyOf<typeof signInWithSecondFactor>): ShownFactor {
  const { method, code, assertion } = body;
  if (method === 'passkey') {
    if (assertion === undefined) throw missing('assertion');
    return { method, assertion };
  }
  if (code === undefined) throw missing('code');
  return { method, code };
}

function givenProof(body: BodyOf<typeof giveProof>): GivenProof {
  const { method, password, code, challenge, assertion } = body;
  switch (method) {
    case 'password':
      if (password === undefined) throw missing('password');
      return { method, password };
    case 'totp':
      if (code === undefined) throw missing('code');
      return { method, code };
    case 'passkey':
      if (challenge === undefined) throw missing('challenge');
      if (assertion === undefined) throw missing('assertion');
      return { method, challenge, assertion };
  }
}

/** What belongs to the method and was not sent: which field goes with which the schema cannot say. */
function missing(property: string): CodedError {
  return common.fail('request_malformed', {
    details: { places: [{ in: 'body', path: `/${property}`, problem: 'is needed for this method' }] },
  });
}
