import { EquivalentCall, renderingOf, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, CopyButton, Dialog, Inline, PageState, Stack, TextField } from '@portico/ui';
import { useEffect, useId, useRef, useState } from 'react';
import type { FormEvent } from 'react';
import { CODE_LENGTH_MAX } from '../../contract/limits';
import { FACTORS_SHOWN_BY, securityPage } from './account-pages';
import { QrCode } from './qr-code';

interface TotpDialogProps {
  isFirstFactor: boolean;
  onClose: () => void;
  /** With the codes of the first factor, null when there was one before. */
  onDone: (codes: readonly string[] | null) => void;
}

/** Gives the secret to an app, and makes sure it arrived by a code of it. Mounted while open: each opening makes another secret. */
export function TotpDialog({ isFirstFactor, onClose, onDone }: TotpDialogProps) {
  const begin = useAction(securityPage, 'beginTotp');
  const confirm = useAction(securityPage, 'confirmTotp', { invalidates: FACTORS_SHOWN_BY });
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const form = useId();
  const wasBegun = useRef(false);
  const { mutate } = begin;
  useEffect(() => {
    if (wasBegun.current) return;
    wasBegun.current = true;
    mutate({});
  }, [mutate]);

  const body = { code: code.replace(/\s/g, '') };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (confirm.isPending) return;
    if (body.code === '') {
      setProblem('Enter the six digits your app shows.');
      return;
    }
    setProblem(null);
    confirm.mutate(
      { body, idempotencyKey: crypto.randomUUID() },
      {
        onSuccess: reply => onDone(reply.recovery_codes),
        onError: error =>
          setProblem(
            error.code === 'totp_code_wrong'
              ? 'The code does not fit. Wait for the next one, and check the clock of your phone.'
              : error.message,
          ),
      },
    );
  };
  const isExpired = confirm.error?.code === 'totp_not_begun';
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isDismissable={!confirm.isPending}
      title="Set up an authenticator app"
      size="large"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          {isExpired ? (
            <Button
              variant="primary"
              isPending={begin.isPending}
              onPress={() => {
                confirm.reset();
                setProblem(null);
                mutate({});
              }}
            >
              Begin again
            </Button>
          ) : (
            <Button type="submit" form={form} variant="primary" isPending={confirm.isPending} isDisabled={!begin.data}>
              Turn on
            </Button>
          )}
        </>
      }
    >
      <PageState
        state={renderingOf(
          {
            isPending: begin.isPending || begin.isIdle,
            error: begin.error,
            data: begin.data,
            refetch: () => mutate({}),
          },
          { layout: 'text' },
        )}
      >
        {begin.data !== undefined && (
          <form id={form} onSubmit={submit} noValidate>
            <div className="account-totp">
              <QrCode text={begin.data.otpauth_uri} label="QR code for your authenticator app" />
              <Stack>
                <p>Scan this with your authenticator app, or type the secret into it:</p>
                <Inline gap="tight">
                  <code className="account-secret" translate="no">
                    {spaced(begin.data.secret)}
                  </code>
                  <CopyButton text={begin.data.secret} label="Copy secret" />
                </Inline>
                <TextField
                  label="Code it shows now"
                  value={code}
                  onChange={setCode}
                  autoComplete="one-time-code"
                  inputMode="numeric"
                  maxLength={CODE_LENGTH_MAX}
                  isMonospace
                  autoFocus
                  error={problem}
                />
                {isFirstFactor && <Banner tone="info">Turning it on signs you out everywhere but here.</Banner>}
                <EquivalentCall page={securityPage} name="confirmTotp" args={{ body }} />
              </Stack>
            </div>
          </form>
        )}
      </PageState>
    </Dialog>
  );
}

/** Groups of four are typed with fewer slips. */
function spaced(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
