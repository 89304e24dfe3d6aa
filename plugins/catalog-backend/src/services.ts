import type { BillingPort } from '@portico/plugin-billing/port';
import type { CatalogUsage } from '@portico/plugin-catalog/port';
import type { FleetPort } from '@portico/plugin-fleet/port';
import type { ActorNames, Audit, Clock, Database } from '@portico/plugin-kit/backend';

/** Everything the routes and actions of this plugin work with. Each takes what it needs of it. */
export interface CatalogServices {
  readonly actorNames: ActorNames;
  readonly audit: Audit;
  readonly billing: BillingPort;
  readonly clock: Clock;
  readonly database: Database;
  readonly fleet: FleetPort;
  /** Who launches from the catalogue. */
  readonly usage: readonly CatalogUsage[];
}
