import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { ConfirmDialog, formatMoney, showToast } from '@portico/ui';
import { adminVouchersPage } from './admin-pages';
import type { Voucher } from './vouchers-page';

export function RevokeVoucherDialog({ voucher, onClose }: { voucher: Voucher; onClose: () => void }) {
  const revoke = useAction(adminVouchersPage, 'revokeVoucher', { invalidates: ['listVouchers'] });
  const call = { params: { voucher_id: voucher.voucher_id } };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title={`Revoke the voucher …${voucher.last4}?`}
      impact={[
        `Nobody can redeem it any more; ${formatMoney(voucher.amount)} stay with the platform.`,
        'Whoever has the code is not told.',
        'This cannot be undone: issue another one instead.',
      ]}
      confirmLabel="Revoke"
      error={revoke.error?.message ?? null}
      isPending={revoke.isPending}
      onConfirm={async () => {
        await revoke.mutateAsync(call);
        showToast({ tone: 'success', title: `The voucher …${voucher.last4} is revoked.` });
        onClose();
      }}
    >
      <EquivalentCall page={adminVouchersPage} name="revokeVoucher" args={call} />
    </ConfirmDialog>
  );
}
