import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, PageState, Stack } from '@portico/ui';
import { useState } from 'react';
import type { getFactors } from '../../contract/factor-operations';
import { AccountFrame } from './account-frame';
import { securityPage } from './account-pages';
import { IdentitiesPanel } from './identities-panel';
import { PasskeysPanel } from './passkeys-panel';
import { PasswordPanel } from './password-panel';
import type { Profile } from './profile-page';
import { RecoveryCodesDialog, RecoveryCodesPanel } from './recovery-codes';
import { TotpPanel } from './totp-panel';

export type Factors = ReplyOf<typeof getFactors>;

/** With what one signs in. */
export function SecurityPage() {
  const profile = useOperation(securityPage, 'getProfile', {});
  const factors = useOperation(securityPage, 'getFactors', {});
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <AccountFrame title="Security">
      {/* Shown together, so that nothing jumps when the second of the two arrives. */}
      <PageState state={renderingOf(profile.data === undefined ? profile : factors, { layout: 'text' })}>
        {profile.data !== undefined && factors.data !== undefined && (
          <FactorPanels profile={profile.data} factors={factors.data} onCodes={setCodes} />
        )}
      </PageState>
      {codes !== null && <RecoveryCodesDialog codes={codes} onClose={() => setCodes(null)} />}
    </AccountFrame>
  );
}

interface FactorPanelsProps {
  profile: Profile;
  factors: Factors;
  onCodes: (codes: readonly string[] | null) => void;
}

function FactorPanels({ profile, factors, onCodes }: FactorPanelsProps) {
  const hasFactor = factors.totp !== null || factors.passkeys.length > 0;
  // The banner of the shell says so already while one works in such an organization.
  const isSaid = useSignedIn().restriction !== null;
  const requiredBy = factors.required_by.map(({ name }) => name).join(', ');
  return (
    <Stack gap="loose">
      {requiredBy !== '' && !hasFactor && !isSaid && (
        <Banner tone="warning" title={`${requiredBy} asks for a second factor`}>
          Set one up here: an app that shows codes, or a passkey. Until then nothing of the organization is open to you.
        </Banner>
      )}
      {requiredBy !== '' && hasFactor && (
        <Banner tone="info">{`${requiredBy} asks for a second factor, so the last one cannot be removed.`}</Banner>
      )}
      <PasswordPanel profile={profile} />
      <PasskeysPanel factors={factors} onCodes={onCodes} />
      <TotpPanel factors={factors} onCodes={onCodes} />
      {hasFactor && <RecoveryCodesPanel left={factors.recovery_codes_left} onCodes={onCodes} />}
      <IdentitiesPanel />
    </Stack>
  );
}
