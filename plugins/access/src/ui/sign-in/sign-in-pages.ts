import { listCurrencies } from '@portico/plugin-billing/contract';
import { definePage } from '@portico/plugin-kit/ui';
import { checkPassword, requestPasswordReset, resetPassword, verifyEmail } from '../../contract/account-operations';
import { getSignInOptions, signIn, signUp } from '../../contract/auth-operations';
import { authorizeOidc, exchangeOidc, linkIdentity } from '../../contract/oidc-operations';
import { beginPasskeySignIn, signInWithPasskey, signInWithSecondFactor } from '../../contract/second-factor-operations';

export const signInPage = definePage({
  name: 'sign-in',
  path: '/login',
  title: 'Sign in',
  operations: {
    getSignInOptions,
    signIn,
    signUp,
    checkPassword,
    listCurrencies,
    authorizeOidc,
    beginPasskeySignIn,
    signInWithPasskey,
    signInWithSecondFactor,
  },
  states: ['loading', 'error', 'success', 'rate_limited'],
});

export const signInCallbackPage = definePage({
  name: 'sign-in-callback',
  path: '/login/callback',
  title: 'Signing in',
  operations: { exchangeOidc, linkIdentity },
  states: ['loading', 'error', 'success'],
});

export const forgotPasswordPage = definePage({
  name: 'forgot-password',
  path: '/login/forgot',
  title: 'Forgot password',
  operations: { requestPasswordReset },
  states: ['error', 'success', 'rate_limited'],
});

export const resetPasswordPage = definePage({
  name: 'reset-password',
  path: '/login/reset',
  title: 'New password',
  operations: { resetPassword, checkPassword },
  states: ['error', 'success', 'rate_limited'],
});

export const verifyEmailPage = definePage({
  name: 'verify-email',
  path: '/account/verify-email',
  title: 'Confirm your e-mail address',
  operations: { verifyEmail },
  states: ['loading', 'error', 'success'],
});
