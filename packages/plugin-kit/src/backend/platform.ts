import { createServiceRef } from '@backstage/backend-plugin-api';
import type { FromSchema } from 'json-schema-to-ts';
import type { Registry } from 'prom-client';

/** Authenticated encryption under the portal's own key; `purpose` is bound in, so a value moved to another column does not open. */
export interface Secrets {
  encrypt(purpose: string, plaintext: string): string;
  /** Throws when the text was not encrypted by this key for this purpose. */
  decrypt(purpose: string, ciphertext: string): string;
  /** Keyed hash (HMAC-SHA-256, base64url), for tokens that are looked up but never read. */
  fingerprint(purpose: string, text: string): string;
}
export const secretsRef = createServiceRef<Secrets>({ id: 'portico.secrets', scope: 'root' });

/** A section of the configuration: its key, and a JSON Schema whose defaults are filled in. Unknown keys stop the start. */
export interface SettingsSection {
  readonly key: string;
  readonly schema: unknown;
}
export function defineSettings<const Section extends SettingsSection>(section: Section): Section {
  return section;
}
export type SettingsOf<Section> = Section extends { readonly schema: infer Schema }
  ? FromSchema<Schema & object>
  : never;

export interface Settings {
  of<Section extends SettingsSection>(section: Section): SettingsOf<Section>;
  /** Nothing but this folder is written to. */
  readonly dataDirectory: string;
  /** Address the server listens on, and the URL people reach it at. */
  readonly server: { readonly host: string; readonly port: number; readonly publicUrl: string };
}
export const settingsRef = createServiceRef<Settings>({ id: 'portico.settings', scope: 'root' });

export interface RateLimits {
  /** Takes one from the allowance of `rateLimits.<name>`; throws `rate_limited` with the seconds to wait. */
  consume(name: string, key: string): Promise<void>;
}
export const rateLimitsRef = createServiceRef<RateLimits>({ id: 'portico.rate-limits', scope: 'root' });

/** Prometheus metrics of this process, served at `/metrics`. */
export const metricsRegistryRef = createServiceRef<Registry>({ id: 'portico.metrics', scope: 'root' });
