import type { Attention, Audit, Clock, Database, Outbox } from '@portico/plugin-kit/backend';
import type { Runtime, RuntimeKind } from '@portico/plugin-fleet/port';
import type { NodeConnections } from '../ssh/node-connection';

/** What slot maps are made, approved and watched with. */
export interface SlotMapServices {
  readonly database: Database;
  readonly audit: Audit;
  readonly outbox: Outbox;
  readonly attention: Attention;
  readonly clock: Clock;
  readonly connections: Pick<NodeConnections, 'to'>;
  readonly runtimes: ReadonlyMap<RuntimeKind, Runtime>;
}

/** For what happens within one transaction. */
export type SlotMapTelling = Pick<SlotMapServices, 'audit' | 'outbox' | 'attention'>;
