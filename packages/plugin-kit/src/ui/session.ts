import { createContext, useContext } from 'react';

/** Who is signed in, and where this tab works, for pages. The shell provides it from `GET me`. */
export interface Session {
  readonly user: { readonly userId: string; readonly username: string; readonly displayName: string };
  /** The one this tab works in. */
  readonly organization: { readonly organizationId: string; readonly name: string };
  /** All one belongs to, oldest membership first; the one looked into for support is not among them. */
  readonly organizations: readonly OrganizationChoice[];
  readonly projects: readonly { readonly projectId: string; readonly name: string; readonly departmentId: string }[];
  readonly projectId: string;
  /** Active where nothing was chosen. */
  readonly defaultProjectId: string;
  readonly permissions: ReadonlySet<string>;
  /** What the organization demands of a sign-in and this one lacks: everything of the organization is refused until then. */
  readonly restriction: 'second_factor_required' | 'auth_enterprise_required' | null;
  /** Present while one looks into the organization for support. */
  readonly support: {
    readonly supportSessionId: string;
    readonly reason: string;
    readonly expiresAt: string;
  } | null;
  /**
   * This tab works in that project from now on, of whichever organization: resolves once all that is shown is of it. Never rejects; where it cannot go, it stays
   * and says why.
   */
  selectProject(projectId: string): Promise<void>;
  signOut(): Promise<void>;
}

export interface OrganizationChoice {
  readonly organizationId: string;
  readonly name: string;
  readonly role: string;
  /** Where one works when one goes there; null when no project of it is open to one. */
  readonly projectId: string | null;
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
