import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { isLoopback } from '../authentication/session-cookie';
import { IdentityProvider } from './identity-provider';
import type { ProviderSettings } from './provider-settings';

/** The identity providers of the configuration. */
export class IdentityProviders {
  readonly list: readonly IdentityProvider[];

  /** Throws, with a sentence for the operator, what the schema of the settings cannot say. */
  constructor(
    settings: readonly ProviderSettings[],
    parts: { clock: Clock; logger: LoggerService; publicUrl: string },
  ) {
    const ids = new Set<string>();
    for (const provider of settings) {
      if (ids.has(provider.id)) throw new Error(`access.oidc.providers: two providers have the id "${provider.id}".`);
      ids.add(provider.id);
      checkIssuer(provider);
    }
    this.list = settings.map(provider => new IdentityProvider(provider, parts));
  }

  byId(id: string): IdentityProvider | undefined {
    return this.list.find(({ settings }) => settings.id === id);
  }

  /**
   * The one named, else the one the hint leads to, else the only one. A hint is an address or the short name of an organization, and is looked up in the
   * configuration alone: whether somebody has an account is not to be learned here.
   */
  choose(choice: { provider: string | undefined; hint: string | undefined }): IdentityProvider {
    const { provider, hint } = choice;
    const chosen = provider === undefined ? this.#byHint(hint) : this.byId(provider);
    if (!chosen) throw access.fail('oidc_provider_unknown');
    return chosen;
  }

  #byHint(hint: string | undefined): IdentityProvider | undefined {
    if (hint === undefined) return this.list.length === 1 ? this.list[0] : undefined;
    const word = hint.trim().toLowerCase();
    const domain = word.slice(word.lastIndexOf('@') + 1);
    return this.list.find(({ settings: { domains, organizationSlugs } }) =>
      (word.includes('@') ? domains : organizationSlugs).some(
        one => one.toLowerCase() === (word.includes('@') ? domain : word),
      ),
    );
  }
}

function checkIssuer({ id, issuer, allowInsecure }: ProviderSettings): void {
  const { protocol, hostname } = new URL(issuer);
  const place = `access.oidc.providers, "${id}"`;
  if (protocol !== 'https:' && !(protocol === 'http:' && allowInsecure))
    throw new Error(`${place}: the issuer must be an https:// address.`);
  if (allowInsecure && !isLoopback(hostname))
    throw new Error(`${place}: allowInsecure is for an issuer on a loopback address alone.`);
}
