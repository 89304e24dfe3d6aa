import { OIDC_FLOW_SECONDS } from '@portico/plugin-access/contract';
import type { Transaction } from '@portico/plugin-kit/backend';
import { CodedError } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { portalPath } from '../domain/return-to';
import type { IdentityProvider, ProvenIdentity } from '../oidc/identity-provider';
import { newBinding, newState } from '../oidc/oidc-vault';
import type { AccessServices } from '../services';
import { insertFlow, takeFlow } from '../store/oidc-flows';
import type { FlowPurpose, OidcFlow } from '../store/oidc-flows';

export interface StartedFlow {
  readonly provider: IdentityProvider;
  readonly authorizationUrl: string;
  readonly state: string;
  /** For the browser that began, as a cookie or as the flow token. */
  readonly binding: string;
  readonly flow: Omit<OidcFlow, 'expiresAt'>;
}

/** All that happens before the transaction: the provider is asked, and everything that may be refused is. */
export async function startFlow(
  services: AccessServices,
  wish: {
    purpose: FlowPurpose;
    userId: string | null;
    provider: string | undefined;
    hint: string | undefined;
    returnTo: string | undefined;
    asksForProof: boolean;
  },
): Promise<StartedFlow> {
  const { purpose, userId, hint, asksForProof } = wish;
  const returnTo = wish.returnTo === undefined ? null : portalPath(wish.returnTo);
  if (returnTo === null && wish.returnTo !== undefined) throw access.fail('return_to_invalid');
  const provider = services.providers.choose(wish);
  const state = newState(purpose);
  const binding = newBinding();
  const { url, secrets } = await provider.begin({
    state,
    loginHint: hint?.includes('@') ? hint : undefined,
    maxAgeSeconds: maxAgeSeconds(asksForProof),
  });
  const { oidcVault } = services;
  return {
    provider,
    authorizationUrl: url,
    state,
    binding,
    flow: {
      stateHash: oidcVault.ofState(state),
      bindingHash: oidcVault.ofBinding(binding),
      purpose,
      provider: provider.settings.id,
      userId,
      sealedSecrets: oidcVault.sealFlow(secrets),
      returnTo,
      asksForProof,
    },
  };
}

/** Answers when the person must be back. */
export async function keepFlow(tx: Transaction, { flow }: StartedFlow): Promise<number> {
  const expiresAt = tx.now + OIDC_FLOW_SECONDS * 1000;
  await insertFlow(tx, { ...flow, expiresAt });
  return expiresAt;
}

export interface FinishedFlow {
  readonly provider: IdentityProvider;
  readonly proven: ProvenIdentity;
  readonly returnTo: string | null;
}

/**
 * The identity a provider's answer proves. The flow is taken out before the provider is asked, so that an answer sent twice is asked about once; it is put
 * back when the provider could not be asked, because then nothing has happened and the same answer may do a minute later.
 */
export async function finishFlow(
  services: AccessServices,
  answer: {
    purpose: FlowPurpose;
    userId: string | null;
    code: string;
    state: string;
    iss: string | undefined;
    binding: string | null;
  },
): Promise<FinishedFlow> {
  const { purpose, userId, code, state, iss, binding } = answer;
  const { database, oidcVault, providers } = services;
  if (binding === null) throw access.fail('oidc_flow_invalid');
  const by = { stateHash: oidcVault.ofState(state), bindingHash: oidcVault.ofBinding(binding), purpose, userId };
  const flow = await database.transaction(tx => takeFlow(tx, by));
  const provider = flow && providers.byId(flow.provider);
  if (!flow || !provider) throw access.fail('oidc_flow_invalid');
  const remembered = {
    ...oidcVault.openFlow(flow.sealedSecrets),
    maxAgeSeconds: maxAgeSeconds(flow.asksForProof),
  };
  try {
    const proven = await provider.finish({ code, state, iss }, remembered);
    return { provider, proven, returnTo: flow.returnTo };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'service_unavailable')
      await database.transaction(tx => insertFlow(tx, flow));
    throw error;
  }
}

/** How long before they are back the person may have proved who they are, when they were asked to. */
function maxAgeSeconds(asksForProof: boolean): number | undefined {
  return asksForProof ? OIDC_FLOW_SECONDS : undefined;
}
