import { randomBytes } from 'node:crypto';
import type { Queries, Secrets, Transaction } from '@portico/plugin-kit/backend';

/** Whom a ticket or a cookie stands for, and what it opens. */
export interface PortGrant {
  readonly allocationId: string;
  readonly port: number;
  readonly projectId: string;
  readonly userId: string;
  readonly sessionId: string | null;
}

interface GrantRow {
  allocation_id: string;
  port: number;
  project_id: string;
  user_id: string;
  session_id: string | null;
  expires_at: number;
}

/** 192 bits: nobody guesses one. */
const TOKEN_BYTES = 24;
const PURPOSE = 'workloads.published-port';

const tables = { ticket: 'workloads_port_tickets', session: 'workloads_port_sessions' } as const;

/** Only the fingerprint is kept. What has expired goes whenever another is made. */
export async function issuePortAdmission(
  tx: Transaction,
  secrets: Secrets,
  options: { kind: keyof typeof tables; grant: PortGrant; expiresAt: number },
): Promise<string> {
  const { grant, expiresAt } = options;
  const table = tables[options.kind];
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  await tx.run(`DELETE FROM ${table} WHERE expires_at <= ?`, [tx.now]);
  await tx.run(
    `INSERT INTO ${table} (fingerprint, allocation_id, port, project_id, user_id, session_id, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [
      secrets.fingerprint(PURPOSE, token),
      grant.allocationId,
      grant.port,
      grant.projectId,
      grant.userId,
      grant.sessionId,
      expiresAt,
    ],
  );
  return token;
}

/** Uses a ticket up: of any number of parallel attempts one gets the grant. */
export async function redeemPortTicket(
  tx: Transaction,
  secrets: Secrets,
  ticket: string,
): Promise<PortGrant | undefined> {
  const row = await tx.first<GrantRow>(`DELETE FROM ${tables.ticket} WHERE fingerprint = ? RETURNING *`, [
    secrets.fingerprint(PURPOSE, ticket),
  ]);
  return row && row.expires_at > tx.now ? grantOf(row) : undefined;
}

export async function portSession(
  queries: Queries,
  secrets: Secrets,
  { token, now }: { token: string; now: number },
): Promise<PortGrant | undefined> {
  const row = await queries.first<GrantRow>(`SELECT * FROM ${tables.session} WHERE fingerprint = ?`, [
    secrets.fingerprint(PURPOSE, token),
  ]);
  return row && row.expires_at > now ? grantOf(row) : undefined;
}

/** Nobody looks into what is being released. */
export async function revokePortAdmissions(tx: Transaction, allocationId: string): Promise<void> {
  for (const table of Object.values(tables))
    await tx.run(`DELETE FROM ${table} WHERE allocation_id = ?`, [allocationId]);
}

function grantOf(row: GrantRow): PortGrant {
  return {
    allocationId: row.allocation_id,
    port: row.port,
    projectId: row.project_id,
    userId: row.user_id,
    sessionId: row.session_id,
  };
}
