import type { ErrorDefinitions } from './errors';
import type { OperationShape } from './operation';
import type { PermissionDefinitions } from './permissions';

/** All a plugin promises to the outside, in one constant. The backend assembles these into OpenAPI; the client types derive from them. */
export interface PluginContract {
  readonly plugin: string;
  readonly operations: Readonly<Record<string, OperationShape>>;
  readonly errors: ErrorDefinitions;
  readonly permissions: PermissionDefinitions;
  /** Event type → one sentence. */
  readonly events: Readonly<Record<string, string>>;
  /**
   * Events about somebody's own account: told live to the user they are about (`user_id` of the payload) and to whoever holds the permission; null: to nobody else.
   * All others are told to everybody who may listen in the organization.
   */
  readonly personalEvents?: Readonly<Record<string, string | null>>;
  /** WebSockets, described in prose in the OpenAPI document's extension until the AsyncAPI document exists. */
  readonly sockets?: Readonly<Record<string, { path: string; summary: string }>>;
}

export function defineContract<const Contract extends PluginContract>(contract: Contract): Contract {
  return contract;
}
