import type { Queries } from '@portico/plugin-kit/backend';

/** A grant is a credit in the ledger, and each credit that nobody paid for is one; what ended of an organization's grants is what was taken from it; a voucher that is redeemed is one entry of its amount, and no other voucher entry exists. */
export async function grantsAreInTheLedger(queries: Queries): Promise<string[]> {
  const differing = await queries.all<{ grant_id: string }>(
    `SELECT given.grant_id FROM billing_grants AS given JOIN billing_entries AS entry ON entry.entry_id = given.entry_id
    WHERE entry.amount_micros <> given.amount_micros OR entry.kind <> given.kind OR entry.organization_id <> given.organization_id
      OR (given.closed_at IS NULL) <> (given.unspent_micros > 0)`,
  );
  const unknown = await queries.all<{ entry_id: string }>(
    `SELECT entry.entry_id FROM billing_entries AS entry LEFT JOIN billing_grants AS given ON given.entry_id = entry.entry_id
    WHERE entry.kind IN ('trial', 'voucher', 'internal_credit') AND given.entry_id IS NULL`,
  );
  const ended = await queries.all<{ organization_id: string; taken_micros: bigint; ended_micros: bigint }>(
    `SELECT account.organization_id, account.balance_micros AS taken_micros, coalesce(given.sum_micros, 0) AS ended_micros
    FROM billing_accounts AS account LEFT JOIN (
      SELECT organization_id, sum(expired_micros) AS sum_micros FROM billing_grants GROUP BY organization_id
    ) AS given ON given.organization_id = account.organization_id
    WHERE account.account = 'expired_credit' AND account.balance_micros <> coalesce(given.sum_micros, 0)`,
  );
  const vouchers = await queries.all<{ id: string }>(
    `SELECT coalesce(voucher.voucher_id, entry.entry_id) AS id FROM billing_entries AS entry
    LEFT JOIN billing_vouchers AS voucher ON voucher.entry_id = entry.entry_id
    WHERE entry.kind = 'voucher' AND (voucher.voucher_id IS NULL OR voucher.amount_micros <> entry.amount_micros
      OR voucher.currency <> entry.currency OR voucher.organization_id <> entry.organization_id OR voucher.redeemed_at IS NULL)
    UNION ALL SELECT voucher_id AS id FROM billing_vouchers WHERE (redeemed_at IS NULL) <> (entry_id IS NULL)`,
  );
  return [
    ...differing.map(row => `${row.grant_id} is not what the ledger says of it`),
    ...unknown.map(row => `${row.entry_id} was given, and nothing knows it as given`),
    ...ended.map(
      row => `${row.taken_micros} of ${row.organization_id} ended in the ledger, and ${row.ended_micros} of its grants`,
    ),
    ...vouchers.map(row => `${row.id} is redeemed without its entry, or credited without its voucher`),
  ];
}
