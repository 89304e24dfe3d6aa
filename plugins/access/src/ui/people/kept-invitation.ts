const KEY = 'portico.invitation';

/**
 * The invitation somebody is about to accept, for as long as the tab is open: signing in or making an account leads away from its page and back. Kept by
 * the tab alone and never in an address.
 */
export interface KeptInvitation {
  readonly token: string;
  /** Known once the invitation was looked at. */
  readonly organizationName: string | null;
}

export function keptInvitation(): KeptInvitation | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as KeptInvitation | null;
  } catch {
    return null;
  }
}

export function keepInvitation(invitation: KeptInvitation): void {
  sessionStorage.setItem(KEY, JSON.stringify(invitation));
}

export function forgetInvitation(): void {
  sessionStorage.removeItem(KEY);
}
