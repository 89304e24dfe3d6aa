import type { PolicyGround, RunningAllocation } from '@portico/plugin-access/port';
import { placeholders } from '@portico/plugin-kit/backend';
import type { Parameter, Queries } from '@portico/plugin-kit/backend';
import { liveStatuses } from '../domain/allocation';
import { idleSinceOf } from '../domain/idleness';
import type { PolicyUsage, Usage } from '../domain/launch-policies';

interface RunningRow {
  allocation_id: string;
  name: string;
  organization_id: string;
  project_id: string;
  user_id: string;
  sku_id: string;
  image_id: string;
  node_id: string;
  gpu_count: number;
  price_per_hour_micros: bigint;
  currency: string;
  quiet_since: number | null;
  connection_active_at: number | null;
}

/** What runs or is being provisioned, newest first. */
export async function runningAllocations(
  queries: Queries,
  { organizationId, projectId, userId, limit }: Parameters<PolicyGround['running']>[1],
): Promise<readonly (Omit<RunningAllocation, 'region'> & { readonly nodeId: string })[]> {
  const conditions = [`status IN (${placeholders(liveStatuses.length)})`];
  const parameters: Parameter[] = [...liveStatuses];
  const only = (column: string, value: string | undefined) => {
    if (value === undefined) return;
    conditions.push(`${column} = ?`);
    parameters.push(value);
  };
  only('organization_id', organizationId);
  only('project_id', projectId);
  only('user_id', userId);
  const rows = await queries.all<RunningRow>(
    `SELECT allocation_id, name, organization_id, project_id, user_id, sku_id, image_id, node_id, gpu_count, price_per_hour_micros, currency,
       quiet_since, connection_active_at
     FROM workloads_allocations LEFT JOIN workloads_idleness USING (allocation_id) WHERE ${conditions.join(' AND ')} ORDER BY created_at DESC, allocation_id DESC LIMIT ?`,
    [...parameters, limit],
  );
  return rows.map(row => ({
    allocationId: row.allocation_id,
    name: row.name,
    organizationId: row.organization_id,
    projectId: row.project_id,
    userId: row.user_id,
    skuId: row.sku_id,
    imageId: row.image_id,
    nodeId: row.node_id,
    gpuCount: row.gpu_count,
    pricePerHour: row.price_per_hour_micros,
    currency: row.currency,
    idleSince: idleSinceOf({ quietSince: row.quiet_since, connectionActiveAt: row.connection_active_at }),
  }));
}

const summed = (of: string, when: string | null) =>
  ['1', 'gpu_count', 'price_per_hour_micros']
    .map((column, place) => {
      const value = when === null ? column : `CASE WHEN ${when} = ? THEN ${column} ELSE 0 END`;
      return `COALESCE(SUM(${value}), 0) AS ${of}_${['allocations', 'gpus', 'price_micros'][place]}`;
    })
    .join(', ');

/** All that limits are measured by, in one statement. */
const USAGE = `SELECT ${summed('organization', null)}, ${summed('project', 'project_id')}, ${summed('user', 'user_id')}
  FROM workloads_allocations WHERE organization_id = ? AND status IN (${placeholders(liveStatuses.length)})`;

/** What an organization, and of it one project and one user, holds at the same time. */
export async function usageOf(
  queries: Queries,
  { organizationId, projectId, userId }: { organizationId: string; projectId: string; userId: string },
): Promise<PolicyUsage> {
  const row = await queries.first<Record<string, number | bigint>>(USAGE, [
    ...[projectId, projectId, projectId, userId, userId, userId],
    organizationId,
    ...liveStatuses,
  ]);
  const read = (of: string): Usage => ({
    allocations: Number(row?.[`${of}_allocations`] ?? 0),
    gpus: Number(row?.[`${of}_gpus`] ?? 0),
    pricePerHour: BigInt(row?.[`${of}_price_micros`] ?? 0),
  });
  return { organization: read('organization'), project: read('project'), user: read('user') };
}
