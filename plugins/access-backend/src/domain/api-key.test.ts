import fc from 'fast-check';
import {
  apiKeyStatus,
  beyondReach,
  credentialIdOf,
  isApiKey,
  isWellFormedApiKey,
  newApiKeySecret,
  secretIdentityOf,
  visiblePrefix,
} from './api-key';

const reach = (scopes: string[], projectId: string | null = null, expiresAt: number | null = null) => ({
  scopes: new Set(scopes),
  projectId,
  expiresAt,
});

test('a secret is well formed, never the same, and shows twelve characters of itself', () => {
  const secrets = Array.from({ length: 100 }, newApiKeySecret);
  expect(secrets.every(secret => isApiKey(secret) && isWellFormedApiKey(secret))).toBe(true);
  expect(new Set(secrets).size).toBe(100);
  expect(visiblePrefix(`ptk_${'abcdefgh'}${'x'.repeat(35)}`)).toBe('ptk_abcdefgh');
});

test.each(['ptk_', 'ptk_0000000000000000', `ptk_${'a'.repeat(44)}`, `ptk_${'a'.repeat(42)}!`])(
  '%s means to be a key and is none',
  token => {
    expect(isApiKey(token)).toBe(true);
    expect(isWellFormedApiKey(token)).toBe(false);
  },
);

test('a credential id names key and secret, and no session is taken for one', () => {
  const identity = { keyId: 'apikey_01hzx8', generation: 12 };
  expect(secretIdentityOf(credentialIdOf(identity))).toEqual(identity);
  for (const other of ['sess_01hzx8', 'apikey_01hzx8', 'apikey_01hzx8.0', 'apikey_01hzx8.x', 'xapikey_01hzx8.1', '']) {
    expect(secretIdentityOf(other)).toBeNull();
  }
});

test.each([
  [{ expiresAt: null, revokedAt: null }, 'active'],
  [{ expiresAt: 101, revokedAt: null }, 'active'],
  [{ expiresAt: 100, revokedAt: null }, 'expired'],
  [{ expiresAt: 99, revokedAt: 50 }, 'revoked'],
  [{ expiresAt: 101, revokedAt: 100 }, 'revoked'],
])('%j is %s at 100', (key, status) => expect(apiKeyStatus(key, 100)).toBe(status));

test.each([
  ['the same', reach(['a', 'b'], 'proj_1', 10), reach(['a', 'b'], 'proj_1', 10), null],
  ['less', reach(['a'], 'proj_1', 5), reach(['a', 'b'], null, null), null],
  ['a scope more', reach(['a', 'c'], null, null), reach(['a', 'b'], null, null), { scopes: ['c'] }],
  ['another project', reach(['a'], 'proj_2'), reach(['a'], 'proj_1'), { project_id: 'proj_2' }],
  ['all projects', reach(['a']), reach(['a'], 'proj_1'), { project_id: null }],
  ['longer', reach(['a'], null, 11), reach(['a'], null, 10), { expires_at: '1970-01-01T00:00:00.011Z' }],
  ['forever', reach(['a']), reach(['a'], null, 10), { expires_at: null }],
])('%s', (_what, wanted, own, beyond) => expect(beyondReach(wanted, own)).toEqual(beyond));

test('what a key may make can make nothing that the key may not', () => {
  const anyReach = fc.record({
    scopes: fc.subarray(['a', 'b', 'c', 'd']).map(scopes => new Set(scopes)),
    projectId: fc.constantFrom(null, 'proj_1', 'proj_2'),
    expiresAt: fc.constantFrom(null, 5, 10),
  });
  fc.assert(
    fc.property(anyReach, anyReach, anyReach, (first, second, third) => {
      if (beyondReach(second, first) === null && beyondReach(third, second) === null)
        expect(beyondReach(third, first)).toBeNull();
    }),
  );
});
