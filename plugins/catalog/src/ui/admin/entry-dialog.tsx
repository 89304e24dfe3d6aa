import { Banner, Button, Dialog, Stack } from '@portico/ui';
import { useId } from 'react';
import type { ReactNode } from 'react';

/** The dialog of one form: an entry of the catalogue is made or changed. What the server refuses stands below what was typed. */
export function EntryDialog(props: {
  title: string;
  submitLabel: string;
  isPending: boolean;
  refusal: string | null;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const form = useId();
  return (
    <Dialog
      isOpen
      onClose={props.onClose}
      title={props.title}
      footer={
        <>
          <Button onPress={props.onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={props.isPending}>
            {props.submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          props.onSubmit();
        }}
      >
        <Stack>
          {props.children}
          {props.refusal !== null && <Banner tone="failed">{props.refusal}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
