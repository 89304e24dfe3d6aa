import { OWNERS_SHOWN_MAX } from '@portico/plugin-access/contract';
import type { accessContract, listAllOrganizations } from '@portico/plugin-access/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common, toInstant } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { lookIntoOrganization, stopLooking } from '../actions/look-into-organization';
import { supportSessionReply } from '../platform-user-reply';
import type { AccessServices } from '../services';
import { allOrganizationsPage, anyOrganizationById, ownersOf } from '../store/all-organizations';
import type { AnyOrganization } from '../store/all-organizations';
import { supportSessionsPage } from '../store/support-sessions';

type SupportOperations =
  'listAllOrganizations' | 'getAnyOrganization' | 'openSupportSession' | 'listSupportSessions' | 'endSupportSession';

/** Looking into organizations one does not belong to. */
export function supportRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, SupportOperations> {
  const { database, clock } = services;
  return {
    async listAllOrganizations({ query }) {
      const { q } = query;
      const { shown, nextCursor } = await pageByTime(query, {
        name: `organizations:${q ?? ''}`,
        rows: page => allOrganizationsPage(database.read, { q, ...page }),
        placeOf: row => ({ at: row.createdAt, id: row.organizationId }),
      });
      return { status: 200, body: { items: shown.map(organizationReply), next_cursor: nextCursor } };
    },

    async getAnyOrganization({ params: { organization_id: organizationId } }) {
      const organization = await anyOrganizationById(database.read, organizationId);
      if (!organization) throw common.fail('not_found');
      const owners = await ownersOf(database.read, { organizationId, limit: OWNERS_SHOWN_MAX });
      return {
        status: 200,
        body: {
          ...organizationReply(organization),
          required_provider: organization.requiredProvider,
          requires_second_factor: organization.requiresSecondFactor,
          owners: owners.map(owner => ({
            user_id: owner.userId,
            username: owner.username,
            display_name: owner.displayName,
          })),
        },
      };
    },

    async openSupportSession(request) {
      const { organization_id: organizationId, reason } = request.body;
      return request.write(async tx => {
        const session = await lookIntoOrganization(tx, services, { ...request, organizationId, reason });
        return { status: 201, body: supportSessionReply(session, request.caller.sessionId) };
      });
    },

    async listSupportSessions({ query, caller }) {
      const filter = { organizationId: query.organization_id, userId: query.user_id, isOpen: query.is_open };
      const { shown, nextCursor } = await pageByTime(query, {
        name: `support:${JSON.stringify(filter)}`,
        rows: page => supportSessionsPage(database.read, { ...filter, now: clock.now(), ...page }),
        placeOf: row => ({ at: row.createdAt, id: row.supportSessionId }),
      });
      const items = shown.map(session => supportSessionReply(session, caller.sessionId));
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async endSupportSession(request) {
      return request.write(async tx => {
        await stopLooking(tx, services, { ...request, supportSessionId: request.params.support_session_id });
        return { status: 204, body: undefined };
      });
    },
  };
}

function organizationReply(organization: AnyOrganization): ReplyOf<typeof listAllOrganizations>['items'][number] {
  return {
    organization_id: organization.organizationId,
    name: organization.name,
    slug: organization.slug,
    member_count: organization.memberCount,
    project_count: organization.projectCount,
    created_at: toInstant(organization.createdAt),
  };
}
