import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Button, ConfirmDialog, Instant, Panel, showToast, StateChip } from '@portico/ui';
import { useState } from 'react';
import { FACTORS_SHOWN_BY, securityPage } from './account-pages';
import type { Factors } from './security-page';
import { TotpDialog } from './totp-dialog';

interface TotpPanelProps {
  factors: Factors;
  onCodes: (codes: readonly string[] | null) => void;
}

/** The app that shows codes. */
export function TotpPanel({ factors, onCodes }: TotpPanelProps) {
  const [doing, setDoing] = useState<'set_up' | 'remove' | null>(null);
  const remove = useAction(securityPage, 'removeTotp', { invalidates: FACTORS_SHOWN_BY });
  const { totp } = factors;
  const close = () => setDoing(null);
  return (
    <Panel
      title="Authenticator app"
      description={totp !== null && <StateChip tone="running" label="On" />}
      actions={
        totp === null ? (
          <Button size="small" onPress={() => setDoing('set_up')}>
            Set up
          </Button>
        ) : (
          <Button
            size="small"
            onPress={() => {
              remove.reset();
              setDoing('remove');
            }}
          >
            Remove
          </Button>
        )
      }
    >
      {totp === null ? (
        <p>An app on your phone shows six digits that change every half minute; signing in asks for them.</p>
      ) : (
        <p>
          Signing in asks for a code of your app since <Instant at={totp.since} />.
        </p>
      )}
      {doing === 'set_up' && (
        <TotpDialog
          isFirstFactor={factors.passkeys.length === 0}
          onClose={close}
          onDone={codes => {
            close();
            // The codes come in a dialog, which a toast would cover on a phone.
            if (codes === null)
              showToast({ tone: 'success', title: 'Signing in asks for a code of your app from now on.' });
            onCodes(codes);
          }}
        />
      )}
      <ConfirmDialog
        isOpen={doing === 'remove'}
        onClose={close}
        level="simple"
        title="Remove the authenticator app?"
        impact={impactOfRemoval(factors, factors.passkeys.length === 0)}
        confirmLabel="Remove"
        isPending={remove.isPending}
        error={remove.error?.message ?? null}
        onConfirm={() =>
          remove.mutateAsync({}).then(() => {
            close();
            showToast({ tone: 'success', title: 'The authenticator app was removed.' });
          })
        }
      >
        <EquivalentCall page={securityPage} name="removeTotp" args={{}} />
      </ConfirmDialog>
    </Panel>
  );
}

/** What taking a factor away means. */
export function impactOfRemoval(factors: Factors, isLast: boolean): readonly string[] {
  if (!isLast) return ['Signing in no longer takes it.', 'You are signed out everywhere but here.'];
  return [
    'It is your last second factor: your password alone signs in then.',
    `Your ${factors.recovery_codes_left} recovery codes stop working.`,
    'You are signed out everywhere but here.',
  ];
}
