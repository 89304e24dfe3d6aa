import { accountOfIdentity } from './account-of-identity';
import type { IdentityFacts } from './account-of-identity';

const nobody: IdentityFacts = {
  knownUserId: null,
  emailVerified: true,
  holders: [],
  provider: { trustEmail: true, signUp: 'closed' },
};
const ann = { userId: 'usr_ann', hasIdentityOfProvider: false };
const bob = { userId: 'usr_bob', hasIdentityOfProvider: false };
const open = { trustEmail: true, signUp: 'open' } as const;
const untrusted = { trustEmail: false, signUp: 'closed' } as const;

test.each<[string, Partial<IdentityFacts>, string]>([
  ['known', { knownUserId: 'usr_bob' }, 'known usr_bob'],
  ['known, though another has the address', { knownUserId: 'usr_bob', holders: [ann] }, 'known usr_bob'],
  ['an address one account has verified too', { holders: [ann] }, 'link usr_ann'],
  ['that, where accounts are made', { holders: [ann], provider: open }, 'link usr_ann'],
  ['an address the provider has not verified', { holders: [ann], emailVerified: false }, 'unknown'],
  ['an address of a provider nobody trusts with addresses', { holders: [ann], provider: untrusted }, 'unknown'],
  ['an address two accounts have verified', { holders: [ann, bob] }, 'unknown'],
  ['an address that was another person’s', { holders: [{ ...ann, hasIdentityOfProvider: true }] }, 'unknown'],
  ['an address two accounts have verified, where accounts are made', { holders: [ann, bob], provider: open }, 'create'],
  ['an address nobody has', {}, 'unknown'],
  ['an address nobody has, where accounts are made', { provider: open }, 'create'],
])('%s: %s', (_what, facts, expected) => {
  const decision = accountOfIdentity({ ...nobody, ...facts });
  expect('userId' in decision ? `${decision.kind} ${decision.userId}` : decision.kind).toBe(expected);
});
