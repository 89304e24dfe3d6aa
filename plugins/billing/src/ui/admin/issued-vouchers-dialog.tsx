import { Banner, Button, CodeBlock, CopyButton, Dialog, DownloadIcon, Inline, Stack } from '@portico/ui';
import type { Issued } from './vouchers-page';

/** Addresses of blobs are kept so long: some browsers read them after the click. */
const REVOKE_MILLISECONDS = 10_000;

/** The codes, this once. Mounted while open; closing is said to be for good. */
export function IssuedVouchersDialog({ issued, onClose }: { issued: Issued; onClose: () => void }) {
  const codes = issued.vouchers.map(({ code }) => code).join('\n');
  const download = () => {
    const csv = ['voucher_id,code', ...issued.vouchers.map(({ voucher_id: id, code }) => `${id},${code}`)].join('\r\n');
    const address = URL.createObjectURL(new Blob([`${csv}\r\n`], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = 'vouchers.csv';
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), REVOKE_MILLISECONDS);
  };
  const count = issued.vouchers.length;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isDismissable={false}
      title={count === 1 ? 'One voucher was issued' : `${count} vouchers were issued`}
      footer={
        <Button variant="primary" onPress={onClose}>
          I have kept them
        </Button>
      }
    >
      <Stack>
        <Banner tone="warning" title="Shown this once">
          The portal keeps no codes. What is lost is revoked, and issued anew.
        </Banner>
        <CodeBlock code={codes} label="codes" maxLines="long" />
        <Inline>
          <CopyButton text={codes} label="Copy all" isLabelShown variant="secondary" />
          <Button size="small" icon={DownloadIcon} onPress={download}>
            CSV
          </Button>
        </Inline>
      </Stack>
    </Dialog>
  );
}
