import {
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type {
  PasskeyAssertion,
  PasskeyCreation,
  PasskeyRegistration,
  PasskeyRequest,
} from '@portico/plugin-access/contract';
import { CHALLENGE_SECONDS } from '../domain/factors';
import type { RelyingParty } from '../domain/relying-party';
import type { StoredPasskey } from '../store/passkeys';
import type { User } from '../store/users';

/**
 * WebAuthn, as this portal asks for it: discoverable credentials, so that a passkey signs in without a name; no attestation, since any authenticator is welcome;
 * and always a verified user, since a passkey alone counts as two factors.
 */
const USER_VERIFICATION = 'required';
const TIMEOUT_MILLISECONDS = CHALLENGE_SECONDS * 1000;
/** EdDSA, ECDSA over P-256, RSA with PKCS #1: what authenticators have. */
const ALGORITHMS = [-8, -7, -257];

export type NewPasskey = Pick<StoredPasskey, 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'isBackedUp'>;
export type PasskeyUse = Pick<StoredPasskey, 'counter' | 'isBackedUp'>;

/** What a passkey calls its owner: the id, which says nothing of the person. */
export function userHandleOf(userId: string): string {
  return Buffer.from(userId).toString('base64url');
}

export async function creationOptions(
  party: RelyingParty,
  options: { user: User; signed: string; passkeys: readonly StoredPasskey[] },
): Promise<PasskeyCreation> {
  const { user, signed, passkeys } = options;
  const made = await generateRegistrationOptions({
    rpName: party.name,
    rpID: party.id,
    userName: user.username,
    userDisplayName: user.displayName,
    userID: new Uint8Array(Buffer.from(user.userId)),
    challenge: new Uint8Array(Buffer.from(signed, 'base64url')),
    timeout: TIMEOUT_MILLISECONDS,
    supportedAlgorithmIDs: ALGORITHMS,
  });
  return {
    rp: { id: party.id, name: party.name },
    user: made.user,
    challenge: made.challenge,
    pubKeyCredParams: made.pubKeyCredParams.map(({ alg }) => ({ alg, type: 'public-key' })),
    timeout: TIMEOUT_MILLISECONDS,
    excludeCredentials: passkeys.map(descriptorOf),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: USER_VERIFICATION,
    },
    attestation: 'none',
  };
}

/** `passkeys` null: whichever the device holds for this portal. */
export function requestOptions(
  party: RelyingParty,
  options: { signed: string; passkeys: readonly StoredPasskey[] | null },
): PasskeyRequest {
  const { signed, passkeys } = options;
  return {
    challenge: signed,
    timeout: TIMEOUT_MILLISECONDS,
    rpId: party.id,
    ...(passkeys === null ? {} : { allowCredentials: passkeys.map(descriptorOf) }),
    userVerification: USER_VERIFICATION,
  };
}

/** Null when it is not an answer to this challenge, from a page of ours, by an authenticator that verified its user. */
export async function verifiedRegistration(
  party: RelyingParty,
  answer: { credential: PasskeyRegistration; signed: string },
): Promise<NewPasskey | null> {
  const { credential, signed } = answer;
  const outcome = await verifyRegistrationResponse({
    response: { ...credential, clientExtensionResults: {} },
    expectedChallenge: signed,
    expectedOrigin: [...party.origins],
    expectedRPID: party.id,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(refused);
  if (!outcome?.verified) return null;
  const { credential: made, credentialBackedUp } = outcome.registrationInfo;
  return {
    credentialId: made.id,
    publicKey: Buffer.from(made.publicKey).toString('base64url'),
    counter: made.counter,
    transports: credential.response.transports ?? [],
    isBackedUp: credentialBackedUp,
  };
}

/** The use a signature proves; null when it proves none. A counter that does not move on tells of a copy, and is refused. */
export async function verifiedAssertion(
  party: RelyingParty,
  answer: { assertion: PasskeyAssertion; signed: string; passkey: StoredPasskey },
): Promise<PasskeyUse | null> {
  const { assertion, signed, passkey } = answer;
  const { userHandle } = assertion.response;
  if (assertion.id !== passkey.credentialId) return null;
  if (userHandle !== undefined && userHandle !== userHandleOf(passkey.userId)) return null;
  const outcome = await verifyAuthenticationResponse({
    response: { ...assertion, clientExtensionResults: {} },
    expectedChallenge: signed,
    expectedOrigin: [...party.origins],
    expectedRPID: party.id,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: passkey.counter,
    },
  }).catch(refused);
  if (!outcome?.verified) return null;
  const { newCounter, credentialBackedUp } = outcome.authenticationInfo;
  return { counter: newCounter, isBackedUp: credentialBackedUp };
}

/** The library throws for whatever does not fit, malformed bytes included; which it was is nobody's business outside. */
function refused(): null {
  return null;
}

function descriptorOf(passkey: StoredPasskey) {
  return { id: passkey.credentialId, type: 'public-key' as const, transports: [...passkey.transports] };
}
