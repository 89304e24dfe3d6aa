import { verifyLedgerExport } from '../domain/ledger-verification';
import type { LedgerVerdict } from '../domain/ledger-verification';
import { closeBooks, ledgerJsonLines } from '../ledger-export';
import { ledgerKey } from '../ledger-key';
import type { TestBilling } from './billing-fixture';
import { PLAIN_SECRETS } from './plain-secrets';

/** The lines of an organization's ledger, as its export has them. */
export async function exportedLines(
  { database }: Pick<TestBilling, 'database'>,
  organizationId: string,
): Promise<string[]> {
  const key = await ledgerKey({ database, secrets: PLAIN_SECRETS });
  const books = await closeBooks(database, { organizationId, key });
  if (books === undefined) throw new Error(`${organizationId} has no account`);
  let text = '';
  const { signal } = new AbortController();
  for await (const page of ledgerJsonLines(database.read, { books, key, signal })) text += page;
  return text.trimEnd().split('\n');
}

export async function verdictOn(lines: readonly string[], publicKey?: string): Promise<LedgerVerdict> {
  async function* given() {
    yield* lines;
  }
  return verifyLedgerExport(given(), publicKey === undefined ? {} : { publicKey });
}

/** Exports every organization's ledger and verifies it, as an auditor would. */
export async function assertLedgersVerify(billing: Pick<TestBilling, 'database'>): Promise<void> {
  const customers = await billing.database.read.all<{ organization_id: string }>(
    'SELECT organization_id FROM billing_customers ORDER BY organization_id',
  );
  for (const { organization_id: organizationId } of customers)
    expect(await verdictOn(await exportedLines(billing, organizationId))).toMatchObject({
      kind: 'intact',
      organizationId,
    });
}
