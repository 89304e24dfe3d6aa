import { supportStatus } from './support-session';

const open = { expiresAt: 100, endedAt: null, signInEndedAt: null, isSignedIn: true };

test.each([
  ['while it lasts', {}, 99, { status: 'open', endedAt: null }],
  ['at its expiry', {}, 100, { status: 'expired', endedAt: 100 }],
  ['left', { endedAt: 40 }, 50, { status: 'ended', endedAt: 40 }],
  ['left, seen after its expiry', { endedAt: 40 }, 500, { status: 'ended', endedAt: 40 }],
  ['signed out of', { signInEndedAt: 60, isSignedIn: false }, 70, { status: 'ended', endedAt: 60 }],
  [
    'left, then signed out',
    { endedAt: 40, signInEndedAt: 60, isSignedIn: false },
    70,
    { status: 'ended', endedAt: 40 },
  ],
  [
    'signed out of after its expiry',
    { signInEndedAt: 300, isSignedIn: false },
    400,
    { status: 'expired', endedAt: 100 },
  ],
  ['of a user who was kept out', { isSignedIn: false }, 50, { status: 'ended', endedAt: null }],
] as const)('a support session %s', (_name, given, now, expected) => {
  expect(supportStatus({ ...open, ...given }, now)).toEqual(expected);
});
