import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { InvitationStatus } from '../domain/invitation';

export interface Invitation {
  readonly invitationId: string;
  readonly organizationId: string;
  readonly role: string;
  readonly projectId: string | null;
  readonly projectRole: string | null;
  readonly email: string | null;
  readonly tokenHash: string;
  /** Of the link that went out by mail; null without one. */
  readonly mailTokenHash: string | null;
  /** How long a link is good for. */
  readonly days: number;
  readonly invitedBy: string;
  readonly inviterUsername: string;
  readonly inviterDisplayName: string;
  readonly createdAt: number;
  readonly sentAt: number | null;
  readonly expiresAt: number;
  readonly acceptedAt: number | null;
  readonly acceptedBy: string | null;
  readonly revokedAt: number | null;
}

interface InvitationRow {
  invitation_id: string;
  organization_id: string;
  role: string;
  project_id: string | null;
  project_role: string | null;
  email: string | null;
  token_hash: string;
  mail_token_hash: string | null;
  days: number;
  invited_by: string;
  username: string;
  display_name: string;
  created_at: number;
  sent_at: number | null;
  expires_at: number;
  accepted_at: number | null;
  accepted_by: string | null;
  revoked_at: number | null;
}

const SELECT = `SELECT i.*, u.username, u.display_name FROM access_invitations i JOIN access_users u ON u.user_id = i.invited_by`;
/** Each takes the present instant as often as it has a placeholder. */
const WITH_STATUS = {
  open: 'i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > ?',
  accepted: 'i.accepted_at IS NOT NULL',
  revoked: 'i.accepted_at IS NULL AND i.revoked_at IS NOT NULL',
  expired: 'i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at <= ?',
} as const satisfies Record<InvitationStatus, string>;

export type NewInvitation = Pick<
  Invitation,
  | 'invitationId'
  | 'organizationId'
  | 'role'
  | 'projectId'
  | 'projectRole'
  | 'email'
  | 'tokenHash'
  | 'mailTokenHash'
  | 'days'
  | 'invitedBy'
  | 'expiresAt'
>;

export async function insertInvitation(tx: Transaction, invitation: NewInvitation): Promise<void> {
  await tx.run(
    `INSERT INTO access_invitations (invitation_id, organization_id, role, project_id, project_role, email, token_hash, mail_token_hash, days,
       invited_by, created_at, sent_at, mails, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      invitation.invitationId,
      invitation.organizationId,
      invitation.role,
      invitation.projectId,
      invitation.projectRole,
      invitation.email,
      invitation.tokenHash,
      invitation.mailTokenHash,
      invitation.days,
      invitation.invitedBy,
      tx.now,
      invitation.email === null ? null : tx.now,
      invitation.email === null ? 0 : 1,
      invitation.expiresAt,
    ],
  );
}

/** By either of its links. */
export async function invitationByToken(queries: Queries, tokenHash: string): Promise<Invitation | undefined> {
  const row = await queries.first<InvitationRow>(`${SELECT} WHERE i.token_hash = ? OR i.mail_token_hash = ?`, [
    tokenHash,
    tokenHash,
  ]);
  return row && fromRow(row);
}

export async function invitationOf(
  queries: Queries,
  by: { organizationId: string; invitationId: string },
): Promise<Invitation | undefined> {
  const row = await queries.first<InvitationRow>(`${SELECT} WHERE i.organization_id = ? AND i.invitation_id = ?`, [
    by.organizationId,
    by.invitationId,
  ]);
  return row && fromRow(row);
}

/** The links before are forgotten: nothing is left to compare with. */
export async function replaceInvitationLinks(
  tx: Transaction,
  invitation: {
    invitationId: string;
    tokenHash: string;
    mailTokenHash: string | null;
    expiresAt: number;
    invitedBy: string;
  },
): Promise<void> {
  await tx.run(
    'UPDATE access_invitations SET token_hash = ?, mail_token_hash = ?, sent_at = ?, mails = mails + ?, expires_at = ?, invited_by = ? WHERE invitation_id = ?',
    [
      invitation.tokenHash,
      invitation.mailTokenHash,
      invitation.mailTokenHash === null ? null : tx.now,
      invitation.mailTokenHash === null ? 0 : 1,
      invitation.expiresAt,
      invitation.invitedBy,
      invitation.invitationId,
    ],
  );
}

export async function markInvitationAccepted(
  tx: Transaction,
  invitation: { invitationId: string; userId: string },
): Promise<void> {
  await tx.run('UPDATE access_invitations SET accepted_at = ?, accepted_by = ? WHERE invitation_id = ?', [
    tx.now,
    invitation.userId,
    invitation.invitationId,
  ]);
}

export async function markInvitationRevoked(tx: Transaction, invitationId: string): Promise<void> {
  await tx.run('UPDATE access_invitations SET revoked_at = ? WHERE invitation_id = ?', [tx.now, invitationId]);
}

export async function countOpenInvitations(tx: Transaction, organizationId: string): Promise<number> {
  const row = await tx.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM access_invitations i WHERE i.organization_id = ? AND ${WITH_STATUS.open}`,
    [organizationId, tx.now],
  );
  return row?.count ?? 0;
}

/** Mails of the invitations that were sent since then: of an organization, and to an address by anybody. */
export async function countInvitationMails(
  tx: Transaction,
  of: { organizationId: string; email: string; since: number },
): Promise<{ ofOrganization: number; toAddress: number }> {
  const sum = async (condition: string, value: string) =>
    (
      await tx.first<{ mails: number | null }>(
        `SELECT SUM(mails) AS mails FROM access_invitations WHERE ${condition} AND sent_at > ?`,
        [value, of.since],
      )
    )?.mails ?? 0;
  return {
    ofOrganization: await sum('organization_id = ?', of.organizationId),
    toAddress: await sum('lower(email) = lower(?)', of.email),
  };
}

/** Newest first. `after` is the last row of the page before. */
export async function invitationsPage(
  queries: Queries,
  page: {
    organizationId: string;
    status?: InvitationStatus;
    now: number;
    after?: Place | undefined;
    limit: number;
  },
): Promise<Invitation[]> {
  const conditions = ['i.organization_id = ?'];
  const parameters: (string | number)[] = [page.organizationId];
  if (page.status !== undefined) {
    const condition = WITH_STATUS[page.status];
    conditions.push(condition);
    if (condition.includes('?')) parameters.push(page.now);
  }
  if (page.after) {
    conditions.push('(i.created_at, i.invitation_id) < (?, ?)');
    parameters.push(page.after.at, page.after.id);
  }
  const rows = await queries.all<InvitationRow>(
    `${SELECT} WHERE ${conditions.join(' AND ')} ORDER BY i.created_at DESC, i.invitation_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return rows.map(fromRow);
}

function fromRow(row: InvitationRow): Invitation {
  return {
    invitationId: row.invitation_id,
    organizationId: row.organization_id,
    role: row.role,
    projectId: row.project_id,
    projectRole: row.project_role,
    email: row.email,
    tokenHash: row.token_hash,
    mailTokenHash: row.mail_token_hash,
    days: row.days,
    invitedBy: row.invited_by,
    inviterUsername: row.username,
    inviterDisplayName: row.display_name,
    createdAt: row.created_at,
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
    acceptedAt: row.accepted_at,
    acceptedBy: row.accepted_by,
    revokedAt: row.revoked_at,
  };
}
