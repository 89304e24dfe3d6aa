import { CLIENT_TOKEN_SECONDS } from '@portico/plugin-access/contract';
import type { accessContract, listServiceAccounts } from '@portico/plugin-access/contract';
import { pageByTime, projectInReach } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { apiKeyReply, placeOfKey } from '../api-key-reply';
import { createApiKey } from '../actions/create-api-key';
import { issueClientToken } from '../actions/issue-client-token';
import { revokeApiKey, revokeOrganizationApiKey } from '../actions/revoke-api-key';
import { rotateApiKey } from '../actions/rotate-api-key';
import {
  changeableServiceAccount,
  changeServiceAccount,
  createServiceAccount,
  removeServiceAccount,
  serviceAccountOf,
} from '../actions/service-accounts';
import type { AccessServices } from '../services';
import { apiKeysPage, organizationApiKeysPage } from '../store/api-keys';
import { serviceAccountsPage } from '../store/service-accounts';
import type { ServiceAccount } from '../store/service-accounts';
import { usernamesOf } from '../store/users';

type ServiceAccountOperations =
  | 'listServiceAccounts'
  | 'createServiceAccount'
  | 'getServiceAccount'
  | 'changeServiceAccount'
  | 'removeServiceAccount'
  | 'listServiceAccountKeys'
  | 'createServiceAccountKey'
  | 'rotateServiceAccountKey'
  | 'revokeServiceAccountKey'
  | 'issueClientToken'
  | 'listOrganizationApiKeys'
  | 'revokeOrganizationApiKey';

const ACCOUNTS = 'service-accounts';
const ORGANIZATION_KEYS = 'organization-api-keys';

/** Accounts for programs, their keys, and every key of the organization for those who watch over them. */
export function serviceAccountRoutes(
  services: AccessServices,
): Pick<Handlers<typeof accessContract>, ServiceAccountOperations> {
  const { database, clock } = services;
  return {
    async listServiceAccounts({ caller, query }) {
      const { organizationId } = caller;
      const projectId = projectInReach(caller, query.project_id) ?? null;
      const { shown, nextCursor } = await pageByTime(query, {
        name: ACCOUNTS,
        rows: page => serviceAccountsPage(database.read, { organizationId, projectId, now: clock.now(), ...page }),
        placeOf: account => ({ at: account.createdAt, id: account.serviceAccountId }),
      });
      return { status: 200, body: { items: shown.map(reply), next_cursor: nextCursor } };
    },

    async createServiceAccount(request) {
      const { name, role, project_id } = request.body;
      const projectId = projectInReach(request.caller, project_id) ?? request.caller.projectId;
      return request.write(async tx => ({
        status: 201,
        body: reply(await createServiceAccount(tx, services, { ...request, name, role, projectId })),
      }));
    },

    async getServiceAccount({ caller, params }) {
      const by = { serviceAccountId: params.service_account_id, now: clock.now() };
      return { status: 200, body: reply(await serviceAccountOf(database.read, caller, by)) };
    },

    async changeServiceAccount(request) {
      const change = { ...request, ...request.body, serviceAccountId: request.params.service_account_id };
      return request.write(async tx => ({
        status: 200,
        body: reply(await changeServiceAccount(tx, services, change)),
      }));
    },

    async removeServiceAccount(request) {
      return request.write(async tx => {
        await removeServiceAccount(tx, services, {
          ...request,
          serviceAccountId: request.params.service_account_id,
        });
        return { status: 204, body: undefined };
      });
    },

    async listServiceAccountKeys({ caller, params, query }) {
      const now = clock.now();
      const by = { serviceAccountId: params.service_account_id, now };
      const { serviceAccountId, organizationId } = await serviceAccountOf(database.read, caller, by);
      const owner = { userId: serviceAccountId, organizationId, projectId: null };
      const { shown, nextCursor } = await pageByTime(query, {
        name: `${ACCOUNTS}:${serviceAccountId}`,
        rows: page => apiKeysPage(database.read, { ...owner, ...page }),
        placeOf: placeOfKey,
      });
      return { status: 200, body: { items: shown.map(key => apiKeyReply(key, now)), next_cursor: nextCursor } };
    },

    async createServiceAccountKey(request) {
      const { name, scopes, expires_at } = request.body;
      return request.write(async tx => {
        const account = await changeableServiceAccount(tx, request.caller, request.params.service_account_id);
        const { key, secret } = await createApiKey(tx, services, {
          ...request,
          name,
          scopes,
          projectId: account.projectId,
          expiresAt: expires_at ? Date.parse(expires_at) : null,
          owner: { userId: account.serviceAccountId, role: account.role },
        });
        return { status: 201, body: { ...apiKeyReply(key, tx.now), key: secret } };
      });
    },

    async rotateServiceAccountKey(request) {
      const { grace = 'none' } = request.body;
      return request.write(async tx => {
        const account = await changeableServiceAccount(tx, request.caller, request.params.service_account_id);
        const rotation = { ...request, keyId: request.params.key_id, ownerId: account.serviceAccountId, grace };
        const { key, secret } = await rotateApiKey(tx, services, rotation);
        return { status: 200, body: { ...apiKeyReply(key, tx.now), key: secret } };
      });
    },

    async revokeServiceAccountKey(request) {
      return request.write(async tx => {
        const account = await changeableServiceAccount(tx, request.caller, request.params.service_account_id);
        const ownerId = account.serviceAccountId;
        await revokeApiKey(tx, services, { ...request, keyId: request.params.key_id, ownerId });
        return { status: 204, body: undefined };
      });
    },

    async issueClientToken({ body, address, correlationId }) {
      const token = await issueClientToken(services, {
        clientId: body.client_id,
        clientSecret: body.client_secret,
        address,
        correlationId,
      });
      return {
        status: 200,
        body: { access_token: token, token_type: 'Bearer', expires_in_seconds: CLIENT_TOKEN_SECONDS },
        headers: { 'Cache-Control': 'no-store' },
      };
    },

    async listOrganizationApiKeys({ caller, query }) {
      const { organizationId } = caller;
      const { shown, nextCursor } = await pageByTime(query, {
        name: ORGANIZATION_KEYS,
        rows: page => organizationApiKeysPage(database.read, { organizationId, ...page }),
        placeOf: placeOfKey,
      });
      const names = await usernamesOf(
        database.read,
        shown.map(key => key.userId),
      );
      const now = clock.now();
      const items = shown.map(key => ({
        ...apiKeyReply(key, now),
        user_id: key.userId,
        username: names.get(key.userId) ?? key.userId,
      }));
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async revokeOrganizationApiKey(request) {
      return request.write(async tx => {
        await revokeOrganizationApiKey(tx, services, { ...request, keyId: request.params.key_id });
        return { status: 204, body: undefined };
      });
    },
  };
}

function reply(account: ServiceAccount): ReplyOf<typeof listServiceAccounts>['items'][number] {
  return {
    service_account_id: account.serviceAccountId,
    name: account.name,
    project_id: account.projectId,
    // Only roles of the contract are ever written.
    role: account.role as ReplyOf<typeof listServiceAccounts>['items'][number]['role'],
    active_keys: account.activeKeys,
    last_used_at: toInstantOrNull(account.lastUsedAt),
    created_by: account.createdBy,
    created_at: toInstant(account.createdAt),
  };
}
