import type { Parameter } from '@portico/plugin-kit/backend';
import { HOUR_MILLISECONDS } from '../domain/metering';

/** Price × time, for whole hours and the rest of one separately: the exact product rounded down, and within 64 bits. */
export const costOf = (milliseconds: string) =>
  `(price_per_hour_micros * ((${milliseconds}) / ${HOUR_MILLISECONDS}) + price_per_hour_micros * ((${milliseconds}) % ${HOUR_MILLISECONDS}) / ${HOUR_MILLISECONDS})`;

/** A part of a statement with its parameters, in the order of its text. */
export interface Part {
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

/** What narrows meters and rollups alike: the columns are called the same. */
export interface DimensionFilter {
  readonly organizationId: string;
  readonly projectId?: string | undefined;
  readonly userId?: string | undefined;
  readonly skuId?: string | undefined;
  readonly tag?: { readonly key: string; readonly value: string } | undefined;
}

/** ` AND …` for each of them but the organization, which stands first in every index and is said by whoever asks. */
export function dimensionConditions(filter: DimensionFilter): Part {
  const conditions: string[] = [];
  const parameters: Parameter[] = [];
  const where = (condition: string, ...values: Parameter[]) => {
    conditions.push(` AND ${condition}`);
    parameters.push(...values);
  };
  if (filter.projectId !== undefined) where('project_id = ?', filter.projectId);
  if (filter.userId !== undefined) where('user_id = ?', filter.userId);
  if (filter.skuId !== undefined) where('sku_id = ?', filter.skuId);
  if (filter.tag !== undefined) {
    where(
      'tag_set_id IN (SELECT tag_set_id FROM billing_tags WHERE organization_id = ? AND tag_key = ? AND tag_value = ?)',
      filter.organizationId,
      filter.tag.key,
      filter.tag.value,
    );
  }
  return { text: conditions.join(''), parameters };
}

/**
 * Usage by the hour in `[from, to)`, reckoned from the meters: a subquery with a row per meter and hour. `from` is on the hour; the last hour may be a part of one. Meters that had
 * stopped before are not read: the index over stops begins where the period does.
 */
export function meteredHours(period: { from: number; to: number }, filter: DimensionFilter): Part {
  const { from, to } = period;
  const { organizationId } = filter;
  const narrowed = dimensionConditions(filter);
  return {
    text: `SELECT organization_id, begins_at, department_id, project_id, coalesce(user_id, '') AS user_id, sku_id, tag_set_id,
      (through_at - since_at) * gpu_count AS gpu_milliseconds,
      ${costOf('through_at - started_at')} - ${costOf('since_at - started_at')} AS cost_micros
    FROM (
      SELECT meter.*, hours.begins_at,
        CASE WHEN meter.started_at > hours.begins_at THEN meter.started_at ELSE hours.begins_at END AS since_at,
        CASE WHEN meter.until_at < hours.begins_at + ${HOUR_MILLISECONDS} THEN meter.until_at ELSE hours.begins_at + ${HOUR_MILLISECONDS} END AS through_at
      FROM (
        SELECT organization_id, department_id, project_id, user_id, sku_id, tag_set_id, gpu_count, price_per_hour_micros, started_at,
          CASE WHEN stopped_at <= ? THEN stopped_at WHEN stopped_at IS NULL AND capped_at <= ? THEN capped_at ELSE ? END AS until_at
        FROM billing_meters
        WHERE (organization_id = ? AND stopped_at IS NULL OR organization_id = ? AND stopped_at > ?) AND started_at < ?${narrowed.text}
      ) AS meter
      JOIN (
        WITH RECURSIVE each_hour (begins_at) AS (SELECT CAST(? AS bigint) UNION ALL SELECT begins_at + ${HOUR_MILLISECONDS} FROM each_hour WHERE begins_at + ${HOUR_MILLISECONDS} < ?)
        SELECT begins_at FROM each_hour
      ) AS hours ON meter.started_at < hours.begins_at + ${HOUR_MILLISECONDS} AND meter.until_at > hours.begins_at
    ) AS timed`,
    parameters: [to, to, to, organizationId, organizationId, from, to, ...narrowed.parameters, from, to],
  };
}
