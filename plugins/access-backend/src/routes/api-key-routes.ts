import type { accessContract } from '@portico/plugin-access/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { apiKeyReply, placeOfKey } from '../api-key-reply';
import { createApiKey } from '../actions/create-api-key';
import { revokeApiKey } from '../actions/revoke-api-key';
import { rotateApiKey } from '../actions/rotate-api-key';
import { isOfProject, organizationRoles, projectRoles } from '../domain/roles';
import type { AccessServices } from '../services';
import { apiKeysPage } from '../store/api-keys';

type ApiKeyOperations = 'listPermissions' | 'listApiKeys' | 'createApiKey' | 'rotateApiKey' | 'revokeApiKey';

/** Keys for programs, and what they can be made for. */
export function apiKeyRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, ApiKeyOperations> {
  const { database, clock, authorization } = services;
  return {
    async listPermissions() {
      const items = [...authorization.permissions].map(([permission, sentence]) => ({
        permission,
        sentence,
        within_project: isOfProject(permission),
        organization_roles: rolesHolding(organizationRoles, permission),
        project_roles: rolesHolding(projectRoles, permission),
      }));
      items.sort((one, other) => (one.permission < other.permission ? -1 : 1));
      return { status: 200, body: { items, next_cursor: null } };
    },

    async listApiKeys({ caller, query }) {
      const { userId, organizationId, onlyProjectId: projectId } = caller;
      const { shown, nextCursor } = await pageByTime(query, {
        name: 'api-keys',
        rows: page => apiKeysPage(database.read, { userId, organizationId, projectId, ...page }),
        placeOf: placeOfKey,
      });
      const now = clock.now();
      return { status: 200, body: { items: shown.map(key => apiKeyReply(key, now)), next_cursor: nextCursor } };
    },

    async createApiKey(request) {
      const { name, scopes, project_id, expires_at } = request.body;
      const wanted = {
        name,
        scopes,
        projectId: project_id ?? null,
        expiresAt: expires_at ? Date.parse(expires_at) : null,
      };
      return request.write(async tx => {
        const { key, secret } = await createApiKey(tx, services, { ...request, ...wanted });
        return { status: 201, body: { ...apiKeyReply(key, tx.now), key: secret } };
      });
    },

    async rotateApiKey(request) {
      const { grace = 'none' } = request.body;
      return request.write(async tx => {
        const rotation = { ...request, keyId: request.params.key_id, grace };
        const { key, secret } = await rotateApiKey(tx, services, rotation);
        return { status: 200, body: { ...apiKeyReply(key, tx.now), key: secret } };
      });
    },

    async revokeApiKey(request) {
      return request.write(async tx => {
        await revokeApiKey(tx, services, { ...request, keyId: request.params.key_id });
        return { status: 204, body: undefined };
      });
    },
  };
}

function rolesHolding(roles: ReadonlyMap<string, readonly string[]>, permission: string): string[] {
  return [...roles].filter(([, held]) => held.includes(permission)).map(([name]) => name);
}
