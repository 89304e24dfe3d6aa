import type { PasskeyAssertion, PasskeyCreation, PasskeyRegistration, PasskeyRequest } from '../../contract/passkeys';

let library: Promise<typeof import('@simplewebauthn/browser')> | undefined;
const loadLibrary = () => (library ??= import('@simplewebauthn/browser'));

/** No passkey was made or used: the person went back, took too long, or the device has none that fits. `wasAborted`: we took the question back ourselves. */
export class PasskeyNotUsed extends Error {
  readonly wasAborted: boolean;

  constructor(message: string, wasAborted: boolean) {
    super(message);
    this.name = 'PasskeyNotUsed';
    this.wasAborted = wasAborted;
  }
}

/** Browsers know passkeys on HTTPS and at `localhost`, never at a bare address. */
export function browserKnowsPasskeys(): boolean {
  const isBareAddress = /^(\d{1,3}(\.\d{1,3}){3}|\[.*\])$/.test(window.location.hostname);
  return window.isSecureContext && !isBareAddress && typeof PublicKeyCredential === 'function';
}

/** Whether the browser offers passkeys among what it fills into a field. */
export async function browserFillsPasskeysIn(): Promise<boolean> {
  if (!browserKnowsPasskeys() || PublicKeyCredential.isConditionalMediationAvailable === undefined) return false;
  return PublicKeyCredential.isConditionalMediationAvailable();
}

/** Asks the person for a passkey; with `inField`, only once they choose one from the field that offers it. */
export async function askForPasskey(
  request: PasskeyRequest,
  { inField = false }: { inField?: boolean } = {},
): Promise<PasskeyAssertion> {
  const { startAuthentication } = await loadLibrary();
  type Options = Parameters<typeof startAuthentication>[0]['optionsJSON'];
  return answered(
    () => startAuthentication({ optionsJSON: request as Options, useBrowserAutofill: inField }),
    'No passkey was used. Try again, or take another way.',
  ) as Promise<PasskeyAssertion>;
}

export async function makePasskey(creation: PasskeyCreation): Promise<PasskeyRegistration> {
  const { startRegistration } = await loadLibrary();
  type Options = Parameters<typeof startRegistration>[0]['optionsJSON'];
  return answered(
    () => startRegistration({ optionsJSON: creation as Options }),
    'No passkey was made. Try again; this device, a phone or a security key can keep one.',
  ) as Promise<PasskeyRegistration>;
}

/** Takes back the question that is open, if one is. */
export function forgetPasskeyRequest(): void {
  library?.then(({ WebAuthnAbortService }) => WebAuthnAbortService.cancelCeremony()).catch(() => undefined);
}

async function answered<Answer>(ask: () => Promise<Answer>, sentence: string): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
      throw new PasskeyNotUsed('This device keeps a passkey of your account already.', false);
    throw new PasskeyNotUsed(sentence, code === 'ERROR_CEREMONY_ABORTED');
  }
}
