import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers, Queries } from '@portico/plugin-kit/backend';
import { common, toMoney } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { ownPlace, platformPlace, requireProject, subjectOf } from '../actions/policy-place';
import type { AskedPlace } from '../actions/policy-place';
import { previewPolicy } from '../actions/preview-policy';
import type { PolicyPreview } from '../actions/preview-policy';
import { setOrganizationPlan } from '../actions/set-plan';
import { resetPolicy, setPolicy } from '../actions/set-policy';
import { policyReplies, policyReply, valueReply } from '../policy-reply';
import type { AccessServices } from '../services';
import { isMember } from '../store/organizations';
import { policiesOf } from '../store/policies';
import type { PolicyPlace, PolicySubject } from '../store/policies';
import { planOf, plans } from '../store/policy-subjects';

type OwnOperations = 'listPolicies' | 'setPolicy' | 'resetPolicy' | 'previewPolicy';
type PlatformOperations =
  | 'listPlatformPolicies'
  | 'setPlatformPolicy'
  | 'resetPlatformPolicy'
  | 'previewPlatformPolicy'
  | 'listPlans'
  | 'setOrganizationPlan';

/** Policies as an organization sees and sets them for itself. */
export function policyRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, OwnOperations> {
  const { database, policies } = services;
  return {
    async listPolicies({ caller, query }) {
      const { organizationId } = caller;
      if (query.project_id !== undefined) await requireProject(database.read, caller, query.project_id);
      if (query.user_id !== undefined && !(await isMember(database.read, { userId: query.user_id, organizationId })))
        throw common.fail('not_found');
      const named = query.project_id !== undefined || query.user_id !== undefined;
      const { projectId = undefined, userId = undefined } = named
        ? { projectId: query.project_id, userId: query.user_id }
        : query.scope === 'organization'
          ? {}
          : caller;
      const subject = {
        organizationId,
        ...(projectId === undefined ? {} : { projectId }),
        ...(userId === undefined ? {} : { userId }),
      };
      const items = policyReplies(await policiesOf(database.read, subject), policies.defaults);
      const currency = await services.billing.currencyOf(database.read, organizationId);
      const plan = (await planOf(database.read, organizationId)) ?? null;
      return { status: 200, body: { items, currency, plan, next_cursor: null } };
    },

    async setPolicy(request) {
      const { value, ...asked } = request.body;
      return request.write(async tx => {
        const place = await ownPlace(tx, request.caller, askedPlace(request.params.policy, asked));
        const name = request.params.policy;
        await setPolicy(tx, services, { ...request, name, place, value });
        return { status: 200, body: await replyAt(tx, services, { name, place }) };
      });
    },

    async resetPolicy(request) {
      return request.write(async tx => {
        const place = await ownPlace(tx, request.caller, askedPlace(request.params.policy, request.query));
        const name = request.params.policy;
        await resetPolicy(tx, services, { ...request, name, place });
        return { status: 200, body: await replyAt(tx, services, { name, place }) };
      });
    },

    async previewPolicy({ caller, params, query }) {
      const place = await ownPlace(database.read, caller, askedPlace(params.policy, query));
      const asked = { name: params.policy, place, value: readJson(params.policy, query.value) };
      return { status: 200, body: previewReply(await previewPolicy(database.read, services, asked)) };
    },
  };
}

/** Policies as the platform sets them, for everybody, for a plan and for one organization. */
export function platformPolicyRoutes(
  services: AccessServices,
): Pick<Handlers<typeof accessContract>, PlatformOperations> {
  const { database, policies } = services;
  return {
    async listPlatformPolicies({ query }) {
      const subject = await platformSubject(database.read, query);
      const items = policyReplies(await policiesOf(database.read, subject), policies.defaults);
      const { organization_id: organizationId } = query;
      const currency =
        organizationId === undefined
          ? services.billing.newAccounts.currency
          : await services.billing.currencyOf(database.read, organizationId);
      const plan =
        organizationId === undefined ? (query.plan ?? null) : ((await planOf(database.read, organizationId)) ?? null);
      return { status: 200, body: { items, currency, plan, next_cursor: null } };
    },

    async setPlatformPolicy(request) {
      const { value, ...asked } = request.body;
      return request.write(async tx => {
        const name = request.params.policy;
        const place = await platformPlace(tx, askedPlace(name, asked));
        await setPolicy(tx, services, { ...request, name, place, value });
        return { status: 200, body: await replyAt(tx, services, { name, place }) };
      });
    },

    async resetPlatformPolicy(request) {
      return request.write(async tx => {
        const name = request.params.policy;
        const place = await platformPlace(tx, askedPlace(name, request.query));
        await resetPolicy(tx, services, { ...request, name, place });
        return { status: 200, body: await replyAt(tx, services, { name, place }) };
      });
    },

    async previewPlatformPolicy({ params, query }) {
      const place = await platformPlace(database.read, askedPlace(params.policy, query));
      const asked = { name: params.policy, place, value: readJson(params.policy, query.value) };
      return { status: 200, body: previewReply(await previewPolicy(database.read, services, asked)) };
    },

    async listPlans() {
      return { status: 200, body: { items: [...(await plans(database.read))], next_cursor: null } };
    },

    async setOrganizationPlan(request) {
      const organizationId = request.params.organization_id;
      const { plan } = request.body;
      return request.write(async tx => {
        await setOrganizationPlan(tx, services, { ...request, organizationId, plan });
        return { status: 200, body: { organization_id: organizationId, plan } };
      });
    },
  };
}

async function platformSubject(
  queries: Queries,
  query: { plan?: string | undefined; organization_id?: string | undefined },
): Promise<PolicySubject> {
  if (query.organization_id !== undefined) {
    if ((await planOf(queries, query.organization_id)) === undefined) throw common.fail('not_found');
    return { organizationId: query.organization_id };
  }
  return query.plan === undefined ? 'platform' : { plan: query.plan };
}

function askedPlace(
  name: AskedPlace['name'],
  asked: { level: AskedPlace['level']; subject_id?: string | undefined },
): AskedPlace {
  return { name, level: asked.level, subjectId: asked.subject_id };
}

async function replyAt(
  queries: Queries,
  { policies }: AccessServices,
  { name, place }: { name: AskedPlace['name']; place: PolicyPlace },
) {
  return policyReply(name, (await policiesOf(queries, subjectOf(place))).get(name) ?? [], policies.defaults);
}

function readJson(policy: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw access.fail('policy_value_invalid', { details: { policy, reason: 'not_json' } });
  }
}

function previewReply(preview: PolicyPreview) {
  const { before, after, organizations, projects, members, running, beyond, beyondItems } = preview;
  return {
    before: valueReply(before),
    after: valueReply(after),
    organizations,
    projects,
    members,
    running,
    beyond,
    beyond_items: beyondItems.map(one => ({
      allocation_id: one.allocationId,
      name: one.name,
      organization_id: one.organizationId,
      project_id: one.projectId,
      user_id: one.userId,
      gpu_count: one.gpuCount,
      price_per_hour: toMoney(one.pricePerHour, one.currency),
    })),
  };
}
