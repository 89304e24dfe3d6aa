import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, ConfirmDialog, CopyButton, Dialog, DownloadIcon, Inline, Panel, Stack } from '@portico/ui';
import { useState } from 'react';
import { RECOVERY_CODES } from '../../contract/limits';
import { FACTORS_SHOWN_BY, securityPage } from './account-pages';

/** So few codes are left that new ones are due. */
const CODES_LEFT_LOW = 3;

/** For when the phone or the passkey is gone. */
export function RecoveryCodesPanel({ left, onCodes }: { left: number; onCodes: (codes: readonly string[]) => void }) {
  const renew = useAction(securityPage, 'renewRecoveryCodes', { invalidates: FACTORS_SHOWN_BY });
  const [isRenewing, setRenewing] = useState(false);
  const [idempotencyKey, setKey] = useState('');
  return (
    <Panel
      title="Recovery codes"
      actions={
        <Button
          onPress={() => {
            setKey(crypto.randomUUID());
            renew.reset();
            setRenewing(true);
          }}
        >
          Make new codes
        </Button>
      }
    >
      <Stack>
        <p>{`Each signs in once in the place of your other factor. ${left} of ${RECOVERY_CODES} are left.`}</p>
        {left <= CODES_LEFT_LOW && (
          <Banner tone="warning">
            {left === 0 ? 'None is left: make new ones before you need one.' : 'Few are left: make new ones soon.'}
          </Banner>
        )}
      </Stack>
      <ConfirmDialog
        isOpen={isRenewing}
        onClose={() => setRenewing(false)}
        level="simple"
        tone="neutral"
        title="Make new recovery codes?"
        impact={['The codes you have stop working.', 'The new ones are shown once.']}
        confirmLabel="Make new codes"
        cancelLabel="Cancel"
        isPending={renew.isPending}
        error={renew.error?.message ?? null}
        onConfirm={() =>
          renew.mutateAsync({ idempotencyKey }).then(reply => {
            setRenewing(false);
            onCodes(reply.recovery_codes);
          })
        }
      >
        <EquivalentCall page={securityPage} name="renewRecoveryCodes" args={{}} idempotencyKey={idempotencyKey} />
      </ConfirmDialog>
    </Panel>
  );
}

/** The one time the codes are seen. It does not close by a slip. */
export function RecoveryCodesDialog({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const text = `${codes.join('\n')}\n`;
  const download = () => {
    const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = 'recovery-codes.txt';
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isDismissable={false}
      title="Your recovery codes"
      footer={
        <Button variant="primary" onPress={onClose}>
          I have stored them
        </Button>
      }
    >
      <Stack>
        <Banner tone="notice">
          Keep them where you keep passwords, not on the device with your other factor. They are shown this once; each
          works once.
        </Banner>
        <ol className="account-codes" aria-label="Recovery codes">
          {codes.map(code => (
            <li key={code} translate="no">
              {code}
            </li>
          ))}
        </ol>
        <Inline>
          <CopyButton text={text} label="Copy all" isLabelShown variant="secondary" size="medium" />
          <Button icon={DownloadIcon} onPress={download}>
            Download
          </Button>
        </Inline>
      </Stack>
    </Dialog>
  );
}
