import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { profilePage, securityPage, sessionsPage } from './account/account-pages';
import {
  forgotPasswordPage,
  resetPasswordPage,
  signInCallbackPage,
  signInPage,
  verifyEmailPage,
} from './sign-in/sign-in-pages';

/** The pages of signing in and of one's own account. */
export const accountExtensions = [
  portalPage(signInPage, async () => createElement((await import('./sign-in/sign-in-page')).SignInPage)),
  portalPage(signInCallbackPage, async () =>
    createElement((await import('./sign-in/callback-page')).SignInCallbackPage),
  ),
  portalPage(forgotPasswordPage, async () =>
    createElement((await import('./sign-in/forgot-password-page')).ForgotPasswordPage),
  ),
  portalPage(resetPasswordPage, async () =>
    createElement((await import('./sign-in/reset-password-page')).ResetPasswordPage),
  ),
  portalPage(verifyEmailPage, async () => createElement((await import('./sign-in/verify-email-page')).VerifyEmailPage)),
  portalPage(profilePage, async () => createElement((await import('./account/profile-page')).ProfilePage)),
  portalPage(securityPage, async () => createElement((await import('./account/security-page')).SecurityPage)),
  portalPage(sessionsPage, async () => createElement((await import('./account/sessions-page')).SessionsPage)),
];
