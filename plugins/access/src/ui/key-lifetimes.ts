const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Days until a key expires, as they are offered. */
export type Lifetime = '30' | '90' | '365' | 'never';

export const lifetimeOptions: readonly { value: Lifetime; label: string }[] = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: 'never', label: 'Never' },
];

/** The instant as the contract wants it; null when it never comes. */
export function expiryAfter(lifetime: Lifetime, from: number): string | null {
  return lifetime === 'never' ? null : new Date(from + Number(lifetime) * DAY_MILLISECONDS).toISOString();
}
