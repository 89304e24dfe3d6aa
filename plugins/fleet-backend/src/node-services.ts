import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock, Database, Secrets, Tasks } from '@portico/plugin-kit/backend';
import { errorsOf } from '@portico/plugin-kit/contract';
import { nodeErrors, slotMapErrors } from '@portico/plugin-fleet/contract';
import type { NodeMoveServices } from './actions/move-node';
import type { NodeSsh } from './ssh/service';

/** What bringing nodes in and operating them needs. */
export interface NodeServices extends NodeMoveServices {
  readonly database: Database;
  readonly tasks: Tasks;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: LoggerService;
  readonly ssh: NodeSsh;
  /** Where machines find the portal. */
  readonly publicUrl: string;
}

export const fleet = errorsOf({ ...nodeErrors, node_is_configured: slotMapErrors.node_is_configured });
