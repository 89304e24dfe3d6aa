import type { Queries } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import { costOf } from './metered-cost';

interface Spender {
  readonly organizationId: string;
  readonly projectId: string;
  readonly userId: string;
  readonly from: number;
  readonly now: number;
}

/**
 * One statement over the meters that ran in the period or have not stopped: each its usage within it, as the usage list reckons it, and what is held for it. Meters
 * that stopped before are not read: the index over stops begins where the period does.
 */
const COMMITTED = `SELECT
    COALESCE(SUM(micros), 0) AS organization_micros,
    COALESCE(SUM(CASE WHEN project_id = ? THEN micros ELSE 0 END), 0) AS project_micros,
    COALESCE(SUM(CASE WHEN user_id = ? THEN micros ELSE 0 END), 0) AS user_micros
  FROM (
    SELECT project_id, user_id, ${costOf('until_at - started_at')} - ${costOf('before_ms')} + held_micros AS micros FROM (
      SELECT timed.*, CASE WHEN ? <= started_at THEN 0 WHEN until_at <= ? THEN until_at - started_at ELSE ? - started_at END AS before_ms FROM (
        SELECT m.project_id, m.user_id, m.price_per_hour_micros, COALESCE(h.amount_micros, 0) AS held_micros,
          COALESCE(m.started_at, m.created_at) AS started_at,
          CASE WHEN m.started_at IS NULL THEN m.created_at WHEN m.stopped_at IS NOT NULL THEN m.stopped_at
            WHEN m.capped_at IS NOT NULL AND m.capped_at < ? THEN m.capped_at
            WHEN m.started_at > ? THEN m.started_at ELSE ? END AS until_at
        FROM billing_meters m LEFT JOIN billing_holds h ON h.allocation_id = m.allocation_id AND h.closed_at IS NULL
        WHERE m.organization_id = ? AND m.stopped_at IS NULL OR m.organization_id = ? AND m.stopped_at > ?
      ) AS timed
    ) AS reckoned
  ) AS spent`;

export async function committedSince(
  queries: Queries,
  { organizationId, projectId, userId, from, now }: Spender,
): Promise<{ organization: Micros; project: Micros; user: Micros }> {
  const row = await queries.first<{ organization_micros: bigint; project_micros: bigint; user_micros: bigint }>(
    COMMITTED,
    [projectId, userId, from, from, from, now, now, now, organizationId, organizationId, from],
  );
  return {
    organization: row?.organization_micros ?? 0n,
    project: row?.project_micros ?? 0n,
    user: row?.user_micros ?? 0n,
  };
}
