import type { Queries } from '@portico/plugin-kit/backend';

/** An entry's amount is what the customer sees of its postings: of a hold what becomes of available money, of all others what becomes of money and debts together. */
export async function amountsAreWhatPostingsDo(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ entry_id: string; kind: string; amount_micros: bigint; effect_micros: bigint }>(
    `SELECT entry_id, kind, amount_micros, effect_micros FROM (
      SELECT entry.entry_id, entry.kind, entry.amount_micros, coalesce(sum(CASE
        WHEN posting.account = 'customer_available' THEN posting.amount_micros
        WHEN posting.account IN ('customer_held', 'customer_receivable') AND entry.kind NOT IN ('hold', 'hold_release') THEN posting.amount_micros
        ELSE 0 END), 0) AS effect_micros
      FROM billing_entries AS entry JOIN billing_postings AS posting ON posting.entry_id = entry.entry_id
      GROUP BY entry.entry_id, entry.kind, entry.amount_micros
    ) AS shown WHERE amount_micros <> effect_micros`,
  );
  return rows.map(row => `${row.kind} ${row.entry_id} says ${row.amount_micros}, its postings do ${row.effect_micros}`);
}

/** An organization has one currency, and all that it moves is in it. */
export async function entriesAreInTheCurrency(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ entry_id: string; currency: string; account_currency: string }>(
    `SELECT entry.entry_id, entry.currency, customer.currency AS account_currency FROM billing_entries AS entry
    JOIN billing_customers AS customer ON customer.organization_id = entry.organization_id WHERE entry.currency <> customer.currency`,
  );
  return rows.map(row => `${row.entry_id} is in ${row.currency}, its account in ${row.account_currency}`);
}

/** What is on its way to cards, and what ran out, is never less than nothing. */
export async function accountsHaveTheirSign(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ organization_id: string; account: string; balance_micros: bigint }>(
    `SELECT organization_id, account, balance_micros FROM billing_accounts
    WHERE account IN ('refund_pending', 'expired_credit') AND balance_micros < 0`,
  );
  return rows.map(row => `${row.account} of ${row.organization_id} is ${row.balance_micros}`);
}

/** A reversal takes back one credit of the same organization, all of it that had not run out before. */
export async function reversalsReverse(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ entry_id: string }>(
    `SELECT entry.entry_id FROM billing_entries AS entry
    LEFT JOIN billing_entries AS credit ON credit.entry_id = substr(entry.reference, ${'reversal:'.length + 1}) AND credit.organization_id = entry.organization_id
      AND credit.kind IN ('internal_credit', 'adjustment', 'voucher', 'trial') AND credit.reference NOT LIKE 'outage:%'
    LEFT JOIN billing_grants AS given ON given.entry_id = credit.entry_id
    WHERE entry.kind = 'reversal' AND (credit.entry_id IS NULL OR entry.amount_micros <> coalesce(given.expired_micros, 0) - credit.amount_micros)`,
  );
  return rows.map(row => `${row.entry_id} is not the reversal of a credit`);
}

/** Sealed entries stand at the positions from one to the end of their chain, and its end is the last of them. */
export async function chainsHaveNoGap(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ organization_id: string; sealed: number; last: number | null; end: number | null }>(
    `SELECT chain.organization_id, chain.sealed, chain.last, head.position AS "end" FROM (
      SELECT organization_id, count(*) AS sealed, max(seal_position) AS last FROM billing_entries WHERE seal_position IS NOT NULL GROUP BY organization_id
    ) AS chain
    LEFT JOIN billing_chain_heads AS head ON head.organization_id = chain.organization_id
    LEFT JOIN billing_entries AS final ON final.organization_id = chain.organization_id AND final.seal_position = chain.last
    WHERE head.position IS NULL OR head.position <> chain.last OR chain.sealed <> chain.last OR final.seal_hash <> head.hash`,
  );
  return rows.map(
    row => `the chain of ${row.organization_id} ends at ${row.end}: ${row.sealed} are sealed, the last at ${row.last}`,
  );
}
