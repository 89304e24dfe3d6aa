import { proofMethods, secondFactorMethods } from './factors';

const none = { hasTotp: false, passkeys: 0, recoveryCodesLeft: 0 };

test.each([
  ['nothing', none, []],
  ['recovery codes alone, which are no factor', { ...none, recoveryCodesLeft: 10 }, []],
  ['an app', { ...none, hasTotp: true }, ['totp']],
  ['an app and codes', { hasTotp: true, passkeys: 0, recoveryCodesLeft: 1 }, ['totp', 'recovery_code']],
  ['a passkey and codes', { hasTotp: false, passkeys: 1, recoveryCodesLeft: 1 }, ['passkey', 'recovery_code']],
  ['all', { hasTotp: true, passkeys: 2, recoveryCodesLeft: 3 }, ['passkey', 'totp', 'recovery_code']],
])('a sign-in of somebody with %s', (_what, factors, methods) => {
  expect(secondFactorMethods(factors)).toEqual(methods);
});

test.each([
  ['a password', none, true, ['password']],
  ['no password, who came by a provider', none, false, []],
  ['a password and an app: the password alone does not do', { ...none, hasTotp: true }, true, ['totp']],
  ['a password and a passkey', { ...none, passkeys: 1 }, true, ['passkey']],
  ['no password, and both', { hasTotp: true, passkeys: 1, recoveryCodesLeft: 9 }, false, ['passkey', 'totp']],
])('confirming in a session, with %s', (_what, factors, hasPassword, methods) => {
  expect(proofMethods(factors, hasPassword)).toEqual(methods);
});
