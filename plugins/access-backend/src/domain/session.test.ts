import { presentedSecret } from './session';
import type { SessionKind } from './session';

const now = 1000;
const session = (kind: SessionKind, accessExpiresAt: number, previousAccessExpiresAt: number | null) => ({
  kind,
  accessHash: 'current',
  accessExpiresAt,
  previousAccessHash: 'previous',
  previousAccessExpiresAt,
});

test.each([
  ['token', 'current', 1001, null, 'current'],
  ['token', 'current', 1000, null, 'expired'],
  ['token', 'previous', 1001, 1001, 'previous'],
  ['token', 'previous', 1001, 1000, 'expired'],
  ['token', 'older', 1001, 1001, 'expired'],
  ['cookie', 'current', 1001, null, 'current'],
  ['cookie', 'current', 1000, null, 'expired'],
  ['cookie', 'previous', 1001, 1001, 'previous'],
  ['cookie', 'previous', 1001, 1000, 'reused'],
  ['cookie', 'previous', 1001, null, 'reused'],
  ['cookie', 'older', 1001, 1001, 'reused'],
] as const)(
  'a session by %s: the %s secret (present until %i, before until %j) is %s',
  (kind, hash, end, previousEnd, expected) => {
    expect(presentedSecret(session(kind, end, previousEnd), { hash, now })).toBe(expected);
  },
);
