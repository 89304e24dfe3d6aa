import { useEffect, useId, useState, type FormEvent, type ReactNode } from 'react';
import { Banner } from './banner';
import { Button } from './button';
import { Dialog } from './dialog';
import { TextArea, TextField } from './text-field';

/**
 * Three levels of destructive actions: `simple` shows the impact (release), `typed` asks for the name of what is lost
 * (delete a project), `reason` asks for a reason too, which is audited (force release).
 */
export type ConfirmLevel = 'simple' | 'typed' | 'reason';

export interface ConfirmDialogProps {
  isOpen: boolean;
  onClose: () => void;
  /** May return a promise: the button is pending until it settles. Reject or set `error` to keep the dialog open. */
  onConfirm: (answer: { reason: string }) => void | Promise<unknown>;
  level: ConfirmLevel;
  title: string;
  /** What has to be chosen first: between the impact and the name that confirms it. */
  choices?: ReactNode;
  /** At the end: what else there is to know. */
  children?: ReactNode;
  /** What happens, one sentence each: what stops, what is lost, what is kept. */
  impact?: readonly ReactNode[];
  confirmLabel: string;
  cancelLabel?: string;
  /** What must be typed at the levels `typed` and `reason`. */
  typedName?: string;
  error?: string | null;
  isPending?: boolean;
  /** A confirmation that destroys nothing. */
  tone?: 'danger' | 'neutral';
}

const REASON_LENGTH_MAX = 500;

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { isOpen, onClose, onConfirm, level, title, impact, typedName = '', tone = 'danger' } = props;
  const formId = useId();
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const [isRunning, setRunning] = useState(false);
  useEffect(() => {
    if (isOpen) return;
    setTyped('');
    setReason('');
    setTried(false);
  }, [isOpen]);

  const typedError = level !== 'simple' && typed.trim() !== typedName ? `Type ${typedName} to confirm.` : null;
  const reasonError =
    level === 'reason' && reason.trim() === '' ? 'Give a reason; it is written to the audit log.' : null;
  const isPending = props.isPending || isRunning;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (typedError || reasonError || isPending) return;
    setRunning(true);
    try {
      await onConfirm({ reason: reason.trim() });
    } catch {
      // The page shows why through `error`; the dialog stays open with everything that was typed.
    } finally {
      setRunning(false);
    }
  };
  const footer = (
    <>
      <Button onPress={onClose} isDisabled={isPending}>
        {props.cancelLabel ?? 'Keep it'}
      </Button>
      <Button type="submit" form={formId} variant={tone === 'danger' ? 'danger' : 'primary'} isPending={isPending}>
        {props.confirmLabel}
      </Button>
    </>
  );
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={title}
      footer={footer}
      role="alertdialog"
      size="small"
      isDismissable={!isPending}
    >
      <form id={formId} className="pt-stack" onSubmit={submit} noValidate>
        {impact && impact.length > 0 && (
          <ul className="pt-impact">
            {impact.map((sentence, index) => (
              <li key={index}>{sentence}</li>
            ))}
          </ul>
        )}
        {props.choices}
        {level === 'reason' && (
          <TextArea
            label="Reason"
            rows={3}
            value={reason}
            onChange={setReason}
            maxLength={REASON_LENGTH_MAX}
            error={wasTried ? reasonError : null}
          />
        )}
        {level !== 'simple' && (
          <TextField
            label={`Type ${typedName} to confirm`}
            value={typed}
            onChange={setTyped}
            autoComplete="off"
            isMonospace
            error={wasTried ? typedError : null}
          />
        )}
        {props.children}
        {props.error && <Banner tone="failed">{props.error}</Banner>}
      </form>
    </Dialog>
  );
}
