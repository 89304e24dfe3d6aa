import { Banner, Button, CodeBlock, CommandLine, Dialog, Disclosure, Stack } from '@portico/ui';

/** The one time a secret is seen. It does not close by a slip: not by Escape, nor by a press beside it. */
export function IssuedApiKeyDialog(props: { title: string; secret: string; onClose: () => void }) {
  const { title, secret, onClose } = props;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isDismissable={false}
      title={title}
      footer={
        <Button variant="primary" onPress={onClose}>
          I have stored it
        </Button>
      }
    >
      <Stack>
        <Banner tone="notice">
          Copy it now and keep it where you keep passwords. It is shown this once and kept here only as a hash.
        </Banner>
        <CodeBlock code={secret} label="API key" isWrapped />
        <Disclosure summary="Try it">
          <CommandLine
            label="Command that asks who the key is"
            command={`curl -H 'Authorization: Bearer ${secret}' ${window.location.origin}/api/v1/me`}
          />
        </Disclosure>
      </Stack>
    </Dialog>
  );
}
