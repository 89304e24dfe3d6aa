import { createServiceFactory } from '@backstage/backend-plugin-api';
import { accessPortRef, resolvePolicies } from '@portico/plugin-access/port';
import type { AccessPort } from '@portico/plugin-access/port';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { foundationRef } from './foundation';
import { rolesGranting } from './domain/roles';
import { policyRulesRef } from './policy-rules';
import type { PolicyRules } from './policy-rules';
import { homeOf, membersToWriteTo, namesOf } from './store/acquaintance';
import { departmentOf } from './store/departments';
import { policiesOf } from './store/policies';
import { projectById, projectKept } from './store/projects';
import { sshKeysOpening } from './store/ssh-keys';
import type { StoredSshKey } from './store/ssh-keys';
import { countUsers, userNamed, usernamesOf } from './store/users';

export const accessPortFactory = createServiceFactory({
  service: accessPortRef,
  // The tables are there once the foundation is.
  deps: { foundation: foundationRef, policies: policyRulesRef },
  factory: ({ policies }) => createAccessPort(policies),
});

/** What other plugins may ask, answered from the tables inside whatever transaction they hold. */
function createAccessPort({ defaults }: PolicyRules): AccessPort {
  return {
    async sshKeys(queries, { userId, organizationId, keyIds }) {
      const keys = await sshKeysOpening(queries, { userId, organizationId });
      if (keyIds === undefined) return keys.map(publicPart);
      const wanted = new Set(keyIds);
      const found = keys.filter(key => wanted.has(key.keyId));
      return found.length === wanted.size ? found.map(publicPart) : null;
    },
    usernames: usernamesOf,
    userNamed,
    async departmentOf(queries, { organizationId, projectId }) {
      const project = await (isTransaction(queries)
        ? projectKept(queries, projectId)
        : projectById(queries, projectId));
      return project?.organizationId === organizationId ? project.departmentId : null;
    },
    policies: async (queries, subject) => resolvePolicies(await policiesOf(queries, subject), defaults),
    names: namesOf,
    contacts: (queries, { organizationId, permission }) =>
      membersToWriteTo(queries, { organizationId, roles: rolesGranting(permission) }),
    homeOf,
    hasDepartment: async (queries, department) => (await departmentOf(queries, department)) !== undefined,
    userCounts: (queries, { activeSince }) => countUsers(queries, activeSince),
  };
}

function isTransaction(queries: Queries): queries is Transaction {
  return 'forUpdate' in queries;
}

function publicPart({ keyId, name, publicKey, fingerprint }: StoredSshKey) {
  return { keyId, name, publicKey, fingerprint };
}
