import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { places } from './places';

/** The pages of signing in and of one's own account. */
export const accountExtensions = [
  portalPage(places.signInPage, async () => createElement((await import('./sign-in/sign-in-page')).SignInPage)),
  portalPage(places.signInCallbackPage, async () =>
    createElement((await import('./sign-in/callback-page')).SignInCallbackPage),
  ),
  portalPage(places.forgotPasswordPage, async () =>
    createElement((await import('./sign-in/forgot-password-page')).ForgotPasswordPage),
  ),
  portalPage(places.resetPasswordPage, async () =>
    createElement((await import('./sign-in/reset-password-page')).ResetPasswordPage),
  ),
  portalPage(places.verifyEmailPage, async () =>
    createElement((await import('./sign-in/verify-email-page')).VerifyEmailPage),
  ),
  portalPage(places.profilePage, async () => createElement((await import('./account/profile-page')).ProfilePage)),
  portalPage(places.securityPage, async () => createElement((await import('./account/security-page')).SecurityPage)),
  portalPage(places.sessionsPage, async () => createElement((await import('./account/sessions-page')).SessionsPage)),
];
