/**
 * Whose account an identity opens. Whoever controls a provider's answer must not thereby get an account of somebody else, so:
 * - an identity that is known opens its account and no other;
 * - an address opens an account only when both sides have verified it: the provider, which the operator trusts to hand out addresses, and the account,
 *   by a mail of ours. An address somebody merely typed at sign-up would let them wait for its owner and share their account;
 * - when several accounts have verified it, none is meant; when the one account is known by another identity of the same provider already, the address
 *   has been given to another person since.
 */
export interface AddressHolder {
  readonly userId: string;
  /** Whether another identity of the same provider opens the account already. */
  readonly hasIdentityOfProvider: boolean;
}

export interface IdentityFacts {
  /** The user the identity is linked to. */
  readonly knownUserId: string | null;
  readonly emailVerified: boolean;
  /** Persons whose account has verified the same address. */
  readonly holders: readonly AddressHolder[];
  readonly provider: { readonly trustEmail: boolean; readonly signUp: 'open' | 'closed' };
}

export type AccountDecision =
  | { readonly kind: 'known'; readonly userId: string }
  | { readonly kind: 'link'; readonly userId: string }
  | { readonly kind: 'create' }
  | { readonly kind: 'unknown' };

export function accountOfIdentity(facts: IdentityFacts): AccountDecision {
  const { knownUserId, holders, provider } = facts;
  if (knownUserId !== null) return { kind: 'known', userId: knownUserId };
  const [holder] = holders;
  if (provider.trustEmail && facts.emailVerified && holders.length === 1 && holder && !holder.hasIdentityOfProvider)
    return { kind: 'link', userId: holder.userId };
  return { kind: provider.signUp === 'open' ? 'create' : 'unknown' };
}
