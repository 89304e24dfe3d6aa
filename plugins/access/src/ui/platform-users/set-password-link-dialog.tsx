import { Banner, Button, CodeBlock, Dialog, Instant, Stack } from '@portico/ui';

interface SetPasswordLinkDialogProps {
  username: string;
  link: { url: string; expires_at: string };
  onClose: () => void;
}

/** The one time a link is seen. It does not close by a slip: not by Escape, nor by a press beside it. */
export function SetPasswordLinkDialog({ username, link, onClose }: SetPasswordLinkDialogProps) {
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isDismissable={false}
      title={`A link for ${username}`}
      footer={
        <Button variant="primary" onPress={onClose}>
          I have handed it over
        </Button>
      }
    >
      <Stack>
        <Banner tone="notice">
          Hand it over in a way that only they read: whoever opens it first sets the password. It is shown this once,
          works once, and until <Instant at={link.expires_at} />.
        </Banner>
        <CodeBlock code={link.url} label="Link to set a password" isWrapped />
      </Stack>
    </Dialog>
  );
}
