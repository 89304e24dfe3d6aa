import { useSyncExternalStore } from 'react';

/**
 * The theme is an attribute on the root element (`data-theme`), absent while it follows the system. The preference is per
 * browser, so it lives in local storage and not in the account.
 */
export type ThemePreference = 'light' | 'dark' | 'system';
export type ResolvedTheme = 'light' | 'dark';

const STORAGE_KEY = 'portico.theme';
const CHANGED = 'portico:theme';

export function themePreference(): ThemePreference {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system'; // Storage is denied in some privacy modes; following the system is the right default there.
  }
}

export function resolvedTheme(): ResolvedTheme {
  const forced = document.documentElement.dataset.theme;
  if (forced === 'light' || forced === 'dark') return forced;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function setThemePreference(preference: ThemePreference): void {
  try {
    if (preference === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, preference);
  } catch {
    // Not remembered, still applied to this page.
  }
  applyTheme(preference);
}

/** Applies the stored preference; call it once before the first render so that no page flashes in the other theme. */
export function applyTheme(preference: ThemePreference = themePreference()): void {
  const root = document.documentElement;
  if (preference === 'system') root.removeAttribute('data-theme');
  else root.setAttribute('data-theme', preference);
  // @backstage/ui and stock Backstage plugins read their own attribute.
  root.setAttribute('data-theme-mode', resolvedTheme());
  window.dispatchEvent(new Event(CHANGED));
}

/** Calls back whenever the colours on screen may have changed, by choice, by the system or in another tab. */
export function subscribeToTheme(listener: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)');
  const onSystem = () => applyTheme();
  const onStorage = (event: StorageEvent) => event.key === STORAGE_KEY && applyTheme();
  window.addEventListener(CHANGED, listener);
  window.addEventListener('storage', onStorage);
  media.addEventListener('change', onSystem);
  return () => {
    window.removeEventListener(CHANGED, listener);
    window.removeEventListener('storage', onStorage);
    media.removeEventListener('change', onSystem);
  };
}

export function useTheme(): {
  preference: ThemePreference;
  resolved: ResolvedTheme;
  setPreference: (preference: ThemePreference) => void;
} {
  const preference = useSyncExternalStore(subscribeToTheme, themePreference, () => 'system' as const);
  const resolved = useSyncExternalStore(subscribeToTheme, resolvedTheme, () => 'light' as const);
  return { preference, resolved, setPreference: setThemePreference };
}

/**
 * Computed colour of a token such as `--pt-running`, for canvases and other places CSS variables do not reach. A custom
 * property's own value may be unresolved text (`light-dark(…)`), so an element is painted with it and asked.
 */
export function tokenColor(token: `--pt-${string}`): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  probe.hidden = true;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}
