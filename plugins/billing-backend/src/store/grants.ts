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

/** Those that something may be left of. */
export async function openGrants(queries: Queries, organizationId: string): Promise<Grant[]> {
  const rows = await queries.all<GrantRow>(
    `SELECT grant_id, kind, unspent_micros, usage_mark_micros, created_at, expires_at, announced_at, expired_at
    FROM billing_grants WHERE organization_id = ? AND closed_at IS NULL ORDER BY created_at, grant_id`,
    [organizationId],
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
