import type { Queries } from '@portico/plugin-kit/backend';
import type { FactorCount } from '../domain/factors';
import { passkeysOf } from './passkeys';
import type { StoredPasskey } from './passkeys';
import { countRecoveryCodes } from './recovery-codes';
import { totpOf } from './totp';

/** All somebody can show besides a password. */
export interface Factors {
  /** Since when an app shows codes; null: there is none, or one that was never confirmed. */
  readonly totpSince: number | null;
  readonly passkeys: readonly StoredPasskey[];
  readonly count: FactorCount;
}

export async function factorsOf(queries: Queries, userId: string): Promise<Factors> {
  const totpSince = (await totpOf(queries, userId))?.confirmedAt ?? null;
  const passkeys = await passkeysOf(queries, userId);
  const recoveryCodesLeft = await countRecoveryCodes(queries, userId);
  return {
    totpSince,
    passkeys,
    count: { hasTotp: totpSince !== null, passkeys: passkeys.length, recoveryCodesLeft },
  };
}

/** Whether the platform's own policy asks everybody for one; an organization's is a column of its own. */
const PLATFORM_REQUIRES = `EXISTS (SELECT 1 FROM access_policies y WHERE y.level = 'platform' AND y.organization_id = '' AND y.subject_id = ''
  AND y.name = 'mfa_required' AND y.value_json = 'true')`;

/** The user's organizations where members need a second factor, by name. */
export async function organizationsRequiringFactor(
  queries: Queries,
  userId: string,
): Promise<{ organizationId: string; name: string }[]> {
  const rows = await queries.all<{ organization_id: string; name: string }>(
    `SELECT o.organization_id, o.name FROM access_memberships m JOIN access_organizations o ON o.organization_id = m.organization_id
     WHERE m.user_id = ? AND (o.requires_second_factor = 1 OR ${PLATFORM_REQUIRES}) ORDER BY o.name, o.organization_id`,
    [userId],
  );
  return rows.map(row => ({ organizationId: row.organization_id, name: row.name }));
}
