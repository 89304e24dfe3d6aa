import fc from 'fast-check';
import { claimedMemberships, claimedPerson, completedClaims } from './oidc-claims';
import { canonicalUsername, isReserved } from './username';
import { usernameCandidates } from './username-of-claims';

test('a person is read off their claims', () => {
  expect(
    claimedPerson({
      email: 'ann@example.com',
      email_verified: true,
      name: ' Ann\nExample ',
      preferred_username: 'ann',
      amr: ['pwd', 'otp'],
      auth_time: 1_700_000_000,
    }),
  ).toEqual({
    email: 'ann@example.com',
    emailVerified: true,
    displayName: 'Ann Example',
    preferredUsername: 'ann',
    hasSecondFactor: true,
    authenticatedAt: 1_700_000_000_000,
  });
});

test.each([
  [{ email: 'ann@example.com', email_verified: 'true' }],
  [{ email: 'ann@example.com', email_verified: 1 }],
  [{ email: 'no address', email_verified: true }],
  [{ email: ['ann@example.com'], email_verified: true }],
  [{ email_verified: true }],
  // No mail could be sent there, and whatever tells its owner of something would fail.
  [{ email: '"ann, bob"@example.com', email_verified: true }],
  [{ email: 'ann<script>@example.com', email_verified: true }],
  [{ email: `${'x'.repeat(65)}@example.com`, email_verified: true }],
])('%j is no verified address', claims => {
  expect(claimedPerson(claims).emailVerified).toBe(false);
});

test.each([
  [['pwd'], false],
  [['pwd', 'pin', 'rba'], false],
  ['mfa', false],
  [['mfa'], true],
  [['hwk'], true],
  [['pwd', 'otp'], true],
])('amr %j: second factor %s', (amr, expected) => {
  expect(claimedPerson({ amr }).hasSecondFactor).toBe(expected);
});

test('an address is not verified by what is said of another', () => {
  const other = { email: 'ann@example.com', email_verified: true, groups: ['lab'] };
  const { email, emailVerified } = claimedPerson(completedClaims({ email: 'owner@example.com' }, other));
  expect({ email, emailVerified }).toEqual({ email: 'owner@example.com', emailVerified: false });
  expect(claimedPerson(completedClaims({}, other))).toMatchObject({ email: 'ann@example.com', emailVerified: true });
  expect(completedClaims({ groups: ['office'] }, other)).toEqual({ ...other, groups: ['office'] });
});

const rules = [
  { claim: 'groups', value: 'research-admins', organization: 'Research', role: 'admin' },
  { claim: 'groups', value: 'research', organization: 'research', role: 'member' },
  { claim: 'department', value: '42', organization: 'lab', role: 'viewer' },
];
test.each([
  [{ groups: ['research'] }, { research: 'member' }],
  [{ groups: ['research', 'research-admins'] }, { research: 'admin' }],
  [
    { groups: 'research', department: 42 },
    { research: 'member', lab: 'viewer' },
  ],
  [{ groups: ['Research'] }, {}],
  [{ groups: [['research']] }, {}],
  [{ groups: { research: true } }, {}],
  [{}, {}],
])('claims %j give %j', (claims, expected) => {
  expect(Object.fromEntries(claimedMemberships(rules, claims))).toEqual(expected);
});

test('no rule reads what the claims have not themselves', () => {
  const [rule] = rules;
  expect(claimedMemberships([{ ...rule!, claim: 'constructor', value: 'x' }], {}).size).toBe(0);
});

const nobody = { preferredUsername: null, email: null, displayName: null };
test.each([
  [{ preferredUsername: 'Ann' }, ['ann', 'ann-2']],
  [{ preferredUsername: 'ann@example.com' }, ['ann', 'ann-2']],
  [{ preferredUsername: 'x', email: 'ann.smith@example.com' }, ['ann.smith', 'ann.smith-2']],
  [{ displayName: 'Åsa Öberg' }, ['asa-oberg', 'asa-oberg-2']],
  [{ preferredUsername: 'admin' }, ['admin-2', 'admin-3']],
  [{ preferredUsername: '名前' }, ['user', 'user-2']],
])('%j is offered %j', (person, [first, second]) => {
  const names = usernameCandidates({ ...nobody, ...person }, () => 'q7x2k9');
  expect([names.next().value, names.next().value]).toEqual([first, second]);
});

test('whatever a provider calls somebody, the names offered are user names, and there is always another', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (preferredUsername, email) => {
      const names = usernameCandidates({ preferredUsername, email, displayName: null }, () => 'q7x2k9');
      for (let count = 0; count < 12; count += 1) {
        const name = names.next().value as string;
        expect(canonicalUsername(name)).toBe(name);
        expect(isReserved(name)).toBe(false);
      }
    }),
  );
});
