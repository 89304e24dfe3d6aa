import { createServiceRef } from '@backstage/backend-plugin-api';
import type { PluginContract } from '@portico/plugin-kit/contract';

/** The contracts this backend promises to serve; `contracts.ts` is the list in production, a test may serve fewer. */
export interface ContractList {
  readonly contracts: readonly PluginContract[];
  /** A test that serves a few plugins only cannot be asked to know the permissions and error codes of the others. */
  readonly complete: boolean;
}

export const contractListRef = createServiceRef<ContractList>({ id: 'portico.contract-list', scope: 'root' });

/** Events about somebody's own account, of all contracts: type → the permission with which others hear of them, too. */
export function personalEventsOf(contracts: readonly PluginContract[]): ReadonlyMap<string, string | null> {
  return new Map(contracts.flatMap(({ personalEvents = {} }) => Object.entries(personalEvents)));
}
