import fc from 'fast-check';
import {
  addressHint,
  invitationExpiry,
  invitationLink,
  invitationStatus,
  isSameAddress,
  newInvitationToken,
} from './invitation';

const open = { acceptedAt: null, revokedAt: null, expiresAt: 100 };

test.each([
  ['open', 99, {}],
  ['expired', 100, {}],
  ['accepted', 50, { acceptedAt: 40 }],
  ['accepted', 500, { acceptedAt: 40 }],
  ['revoked', 50, { revokedAt: 40 }],
  ['revoked', 500, { revokedAt: 40 }],
] as const)('is %s at %i', (status, now, given) => {
  expect(invitationStatus({ ...open, ...given }, now)).toBe(status);
});

test('days are days', () => expect(invitationExpiry(7, 1000)).toBe(1000 + 7 * 86_400_000));

test('the token follows the # of the link, where no server sees it', () => {
  const token = newInvitationToken();
  expect(token).toMatch(/^inv_[A-Za-z0-9_-]{43}$/);
  expect(newInvitationToken()).not.toBe(token);
  for (const base of ['https://portal.example', 'https://portal.example/'])
    expect(new URL(invitationLink(base, token))).toMatchObject({
      pathname: '/invitations',
      hash: `#${token}`,
      search: '',
    });
});

test('addresses are one without regard to the case of ASCII letters, and no further', () => {
  expect(isSameAddress('Ann@Example.org', 'ann@example.ORG')).toBe(true);
  // The Kelvin sign, a dotless i and a full-width letter are other people’s.
  for (const other of ['\u{212a}im@example.org', 'k\u{131}m@example.org', '\u{ff4b}im@example.org'])
    expect(isSameAddress('kim@example.org', other)).toBe(false);
});

test('a hint shows one letter and the domain', () => {
  expect(addressHint('ann@example.org')).toBe('a…@example.org');
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{2,20}$/), name => {
      expect(addressHint(`${name}@example.org`)).toBe(`${name[0]}…@example.org`);
    }),
  );
});
