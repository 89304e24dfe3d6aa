import { createContext, useContext } from 'react';

/** Who is signed in, for pages. The shell provides it from `GET me`. */
export interface Session {
  readonly user: { readonly userId: string; readonly username: string; readonly displayName: string };
  readonly organization: { readonly organizationId: string; readonly name: string };
  readonly projects: readonly { readonly projectId: string; readonly name: string }[];
  readonly projectId: string;
  readonly permissions: ReadonlySet<string>;
  selectProject(projectId: string): void;
  signOut(): Promise<void>;
}

export const SessionContext = createContext<Session | null>(null);

/** Null on pages that are open to anyone. */
export function useSession(): Session | null {
  return useContext(SessionContext);
}

/** For pages behind the sign-in gate. */
export function useSignedIn(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('This component belongs behind the sign-in gate.');
  return session;
}
