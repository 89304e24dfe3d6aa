/** A page one may open without having signed in. */
interface OpenPage {
  readonly path: string;
  /** Whether somebody signed in is led on from it: there is nothing to do there for them. */
  readonly leadsOn: boolean;
}

const openPages: readonly OpenPage[] = [
  { path: '/login', leadsOn: true },
  { path: '/login/forgot', leadsOn: true },
  { path: '/login/callback', leadsOn: false },
  { path: '/login/reset', leadsOn: false },
  { path: '/account/verify-email', leadsOn: false },
  { path: '/invitations', leadsOn: false },
];

/** The same page with or without a session, hence without the frame that shows whose portal it is. Null for every page behind the gate. */
export function openPageAt(pathname: string): OpenPage | null {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  return openPages.find(page => page.path === path) ?? null;
}

/** The organization asks for another sign-in than this one, so somebody signed in is at the sign-in page on purpose. */
export function asksForWorkSignIn(search: string): boolean {
  return new URLSearchParams(search).get('with') === 'work';
}

/** Where to go after signing in travels in the address; only a path of this portal is ever followed. */
export function pathAfterSignIn(search: string, origin = window.location.origin): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  // Read as the browser would: it drops tabs and line feeds and takes a backslash for a slash, so `/\t/elsewhere.example` is another host.
  const url = URL.parse(next, origin);
  // `/..//elsewhere.example` has become `//elsewhere.example` by then, which is another host to whoever reads it next.
  if (!next.startsWith('/') || url?.origin !== origin || /^\/(?:\/|login)/.test(url.pathname)) return '/';
  return url.pathname + url.search + url.hash;
}
