import { useEffect, useState } from 'react';

/**
 * The token of a link stands after the `#`, which browsers send to no server. It is taken out of the address at once, so that it stays in no history and is
 * in no picture of the screen.
 */
export function useLinkToken(): string | null {
  const [token] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    if (window.location.hash !== '')
      window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
  }, []);
  return token === '' ? null : token;
}
