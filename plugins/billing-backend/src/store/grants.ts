import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { Grant, GrantKind } from '../domain/grants';

interface GrantRow {
  readonly grant_id: string;
  readonly kind: GrantKind;
  readonly unspent_micros: bigint;
  readonly usage_mark_micros: bigint;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly announced_at: number | null;
  readonly expired_at: number | null;
}

/** As the index has it: what never ends comes after every instant, on both databases. */
const ENDS_AT = 'coalesce(expires_at, 9007199254740991)';

/** Those that something may be left of; what ends first, first. */
export async function openGrants(
  queries: Queries,
  { organizationId, limit }: { organizationId: string; limit?: number },
): Promise<Grant[]> {
  const rows = await queries.all<GrantRow>(
    `SELECT grant_id, kind, unspent_micros, usage_mark_micros, created_at, expires_at, announced_at, expired_at
    FROM billing_grants WHERE organization_id = ? AND closed_at IS NULL ORDER BY ${ENDS_AT}, created_at, grant_id${limit === undefined ? '' : ' LIMIT ?'}`,
    limit === undefined ? [organizationId] : [organizationId, limit],
  );
  return rows.map(row => ({
    grantId: row.grant_id,
    kind: row.kind,
    unspent: row.unspent_micros,
    usageMark: row.usage_mark_micros,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    announcedAt: row.announced_at,
    expiredAt: row.expired_at,
  }));
}

export async function insertGrant(
  tx: Transaction,
  grant: Grant & { organizationId: string; entryId: string; amount: Micros },
): Promise<void> {
  await tx.run(
    `INSERT INTO billing_grants (grant_id, organization_id, entry_id, kind, amount_micros, unspent_micros, usage_mark_micros, created_at, expires_at, closed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      grant.grantId,
      grant.organizationId,
      grant.entryId,
      grant.kind,
      grant.amount,
      grant.unspent,
      grant.usageMark,
      grant.createdAt,
      grant.expiresAt,
      grant.unspent === 0n ? tx.now : null,
    ],
  );
}

/** The usage the open grants have taken into account; null when there are none. */
export async function usageMarkOf(queries: Queries, organizationId: string): Promise<Micros | null> {
  const row = await queries.first<{ mark_micros: bigint | null }>(
    'SELECT max(usage_mark_micros) AS mark_micros FROM billing_grants WHERE organization_id = ? AND closed_at IS NULL',
    [organizationId],
  );
  return row?.mark_micros ?? null;
}

/** Writes the mark with the grant that ends last, so that it stands with an open one whatever was closed. After the last `saveGrant` and `insertGrant` of a transaction. */
export async function carryMark(
  tx: Transaction,
  { organizationId, mark }: { organizationId: string; mark: Micros },
): Promise<void> {
  await tx.run(
    `UPDATE billing_grants SET usage_mark_micros = ? WHERE usage_mark_micros < ? AND grant_id = (
      SELECT grant_id FROM billing_grants WHERE organization_id = ? AND closed_at IS NULL
      ORDER BY ${ENDS_AT} DESC, created_at DESC, grant_id DESC LIMIT 1
    )`,
    [mark, mark, organizationId],
  );
}

/** Writes how a grant stands; one that nothing is left of is closed. `expired` and `withdrawn` are what was taken back of it just now. */
export async function saveGrant(
  tx: Transaction,
  grant: Grant,
  taken: { expired?: Micros; withdrawn?: Micros } = {},
): Promise<void> {
  await tx.run(
    `UPDATE billing_grants SET unspent_micros = ?, usage_mark_micros = ?, announced_at = ?, expired_at = ?, expired_micros = expired_micros + ?,
      withdrawn_micros = withdrawn_micros + ?, closed_at = ? WHERE grant_id = ? AND closed_at IS NULL`,
    [
      grant.unspent,
      grant.usageMark,
      grant.announcedAt,
      grant.expiredAt,
      taken.expired ?? 0n,
      taken.withdrawn ?? 0n,
      grant.unspent === 0n ? tx.now : null,
      grant.grantId,
    ],
  );
}

/** The grant an entry of the ledger made, and what its end has taken of it. */
export async function grantOfEntry(
  queries: Queries,
  entryId: string,
): Promise<{ grantId: string; expired: Micros } | null> {
  const row = await queries.first<{ grant_id: string; expired_micros: bigint }>(
    'SELECT grant_id, expired_micros FROM billing_grants WHERE entry_id = ?',
    [entryId],
  );
  return row === undefined ? null : { grantId: row.grant_id, expired: row.expired_micros };
}
