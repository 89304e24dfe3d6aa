import type { accessContract, getOrganization } from '@portico/plugin-access/contract';
import { isUniqueViolation } from '@portico/plugin-kit/backend';
import type { Handlers, Queries } from '@portico/plugin-kit/backend';
import { toInstant } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { createOrganization } from '../actions/create-organization';
import { updateOrganization } from '../actions/update-organization';
import type { OrganizationChange } from '../actions/update-organization';
import { organizationReply, projectReply } from '../replies';
import type { AccessServices } from '../services';
import { countDepartments } from '../store/departments';
import { countMembers } from '../store/members';
import { organizationById } from '../store/organizations';
import { projectById } from '../store/projects';
import { userById } from '../store/users';

type OrganizationOperations = 'getOrganization' | 'updateOrganization' | 'createOrganization';

/** The organization itself. */
export function organizationRoutes(
  services: AccessServices,
): Pick<Handlers<typeof accessContract>, OrganizationOperations> {
  return {
    async getOrganization({ caller }) {
      return { status: 200, body: await detail(services.database.read, caller) };
    },

    async updateOrganization(request) {
      const { caller, body } = request;
      try {
        return await request.write(async tx => {
          await updateOrganization(tx, services, { ...request, change: changeOf(body) });
          return { status: 200, body: await detail(tx, caller) };
        });
      } catch (error) {
        // Two organizations that take one slug at the same time hold different locks; the index decides.
        if (isUniqueViolation(error)) throw access.fail('organization_slug_taken', { details: { slug: body.slug } });
        throw error;
      }
    },

    async createOrganization(request) {
      return request.write(async tx => {
        const { organizationId, projectId } = await createOrganization(tx, services, {
          ...request,
          name: request.body.name,
          currency: request.body.currency,
        });
        const organization = await organizationById(tx, organizationId);
        const project = await projectById(tx, projectId);
        if (!organization || !project) throw new Error('an organization that was just made is not there');
        return {
          status: 201,
          body: { organization: organizationReply(organization), default_project: projectReply(project, '') },
        };
      });
    },
  };
}

function changeOf(body: {
  name?: string;
  slug?: string | null;
  required_provider?: string | null;
  requires_second_factor?: boolean;
  shows_departments?: boolean;
}): OrganizationChange {
  const { name, slug, required_provider, requires_second_factor, shows_departments } = body;
  return {
    ...(name === undefined ? {} : { name }),
    ...(slug === undefined ? {} : { slug }),
    ...(required_provider === undefined ? {} : { requiredProvider: required_provider }),
    ...(requires_second_factor === undefined ? {} : { requiresSecondFactor: requires_second_factor }),
    ...(shows_departments === undefined ? {} : { showsDepartments: shows_departments }),
  };
}

async function detail(
  queries: Queries,
  caller: { organizationId: string; userId: string },
): Promise<ReplyOf<typeof getOrganization>> {
  const { organizationId, userId } = caller;
  const organization = await organizationById(queries, organizationId);
  if (!organization) throw new Error(`organization ${organizationId} has no row`);
  const departments = await countDepartments(queries, organizationId);
  return {
    ...organizationReply(organization),
    slug: organization.slug,
    required_provider: organization.requiredProvider,
    requires_second_factor: organization.requiresSecondFactor,
    shows_departments: organization.showsDepartments,
    departments_visible: organization.showsDepartments || departments > 1,
    is_personal: (await userById(queries, userId))?.organizationId === organizationId,
    member_count: await countMembers(queries, organizationId),
    department_count: departments,
    created_at: toInstant(organization.createdAt),
  };
}
