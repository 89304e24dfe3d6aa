import type { ReplyOf } from '@portico/plugin-kit/contract';
import { Banner, Button, CodeBlock, Dialog, Instant, Stack } from '@portico/ui';
import type { createInvitation } from '../../contract/invitation-operations';

interface IssuedInvitationProps {
  issued: ReplyOf<typeof createInvitation>;
  isNew: boolean;
  onClose: () => void;
}

/** The one time the link is seen. It does not close by a slip: not by Escape, nor by a press beside it. */
export function IssuedInvitationDialog({ issued, isNew, onClose }: IssuedInvitationProps) {
  const { invitation, link } = issued;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isDismissable={false}
      title={isNew ? 'The invitation is made' : 'The invitation has a new link'}
      footer={
        <Button variant="primary" onPress={onClose}>
          Done
        </Button>
      }
    >
      <Stack>
        {invitation.email === null ? (
          <Banner tone="notice">
            Copy the link now and send it yourself: it is shown this once. Whoever has it can accept, once.
          </Banner>
        ) : (
          <Banner tone="info" title={`A message is on its way to ${invitation.email}.`}>
            Should it not arrive, send this link yourself; it is shown this once, and opens to that address alone.
          </Banner>
        )}
        <CodeBlock code={link} label="invitation link" isWrapped />
        <p>
          Valid until <Instant at={invitation.expires_at} />, or until you revoke it.
          {!isNew && ' The links before it stopped working.'}
        </p>
      </Stack>
    </Dialog>
  );
}
