import { Passport } from 'passport';
import { Strategy } from 'passport-local';

interface VerifiedUser {
  readonly userId: string;
}

export type VerifyPassword = (credentials: { username: string; password: string }) => Promise<VerifiedUser | null>;

/** What passport makes, as far as it is used: it reads the two fields and calls back. */
type Middleware = (request: { body: object; query: object }, response: object, next: (error: unknown) => void) => void;

/**
 * Passport's local strategy behind a promise. Passport is where further ways to sign in plug in; sessions stay ours, so it
 * is given nothing but the two fields, and its verdict is awaited by the handler instead of driving a response.
 */
export function passwordSignIn(verify: VerifyPassword): VerifyPassword {
  const passport = new Passport();
  passport.use(
    new Strategy({ session: false }, (username, password, done) => {
      verify({ username, password }).then(
        user => done(null, user ?? false),
        (error: unknown) => done(error),
      );
    }),
  );
  return credentials =>
    new Promise((resolve, reject) => {
      const finish = (error: unknown, user?: VerifiedUser | false | null) =>
        error ? reject(error) : resolve(user || null);
      const middleware = passport.authenticate('local', { session: false }, finish) as Middleware;
      middleware({ body: credentials, query: {} }, {}, finish);
    });
}
