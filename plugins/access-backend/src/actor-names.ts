import { createServiceFactory } from '@backstage/backend-plugin-api';
import { actorNamesRef } from '@portico/plugin-kit/backend';
import { foundationRef } from './foundation';
import { usernamesOf } from './store/users';

/** The audit log tells who acted by name. */
export const actorNamesFactory = createServiceFactory({
  service: actorNamesRef,
  // The tables are there once the foundation is.
  deps: { foundation: foundationRef },
  factory: () => ({ ofUsers: usernamesOf }),
});
