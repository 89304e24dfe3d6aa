import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import { Button, ConfirmDialog, DataTable, ExternalIcon, PageState, Panel, showToast } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { getPaymentSettings, listPaymentMethods } from '../../contract/payment-operations';
import { paymentsPage } from '../pages';
import { methodWords } from './method-words';

type Method = ReplyOf<typeof listPaymentMethods>['items'][number];
type Provider = ReplyOf<typeof getPaymentSettings>['provider'];

/** The cards that are kept at the payment provider. */
export function MethodsPanel({ mayManage, provider }: { mayManage: boolean; provider: Provider }) {
  const methods = useOperation(paymentsPage, 'listPaymentMethods', {});
  const [removing, setRemoving] = useState<Method | null>(null);
  const rows = methods.data?.items ?? [];
  const columns: DataColumn<Method>[] = [
    { key: 'card', header: 'Card', cell: methodWords, priority: 1 },
    { key: 'expires', header: 'Expires', cell: expiry, priority: 1, isNarrow: true },
    {
      key: 'use',
      header: 'Used for',
      cell: method => (method.used_by_auto_top_up ? 'Automatic top-up' : '–'),
      priority: 1,
    },
    ...(mayManage
      ? [
          {
            key: 'remove',
            header: '',
            align: 'end' as const,
            isNarrow: true,
            priority: 1 as const,
            cell: (method: Method) => (
              <Button size="small" onPress={() => setRemoving(method)}>
                Remove…
                <span className="pt-visually-hidden">{` ${methodWords(method)}`}</span>
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Panel
      title="Payment methods"
      description="Kept at the payment provider. This portal knows the last four digits only."
      isFlush={rows.length > 0}
      actions={mayManage && provider === 'stripe' && <PortalButton />}
    >
      <PageState state={renderingOf(methods, { layout: 'rows' })}>
        {rows.length > 0 ? (
          <DataTable label="Payment methods" columns={columns} rows={rows} rowKey={method => method.method_id} />
        ) : (
          <p>
            No card is kept. Tick “Keep the card” when you add funds, and it can fill the account by itself later on.
          </p>
        )}
      </PageState>
      {removing !== null && <RemoveMethodDialog method={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  );
}

function expiry({ expires_month: month, expires_year: year }: Method): string {
  return month === null || year === null ? '–' : `${String(month).padStart(2, '0')}/${year}`;
}

/** Receipts and cards on the provider's own pages. */
function PortalButton() {
  const open = useAction(paymentsPage, 'createCustomerPortalSession');
  return (
    <Button
      icon={ExternalIcon}
      size="small"
      isPending={open.isPending || open.isSuccess}
      onPress={() =>
        open.mutate(
          { body: { return_path: '/billing/payments' } },
          {
            onSuccess: ({ url }) => window.location.assign(url),
            onError: error => showToast({ tone: 'failed', title: error.message }),
          },
        )
      }
    >
      Cards and receipts
    </Button>
  );
}

function RemoveMethodDialog({ method, onClose }: { method: Method; onClose: () => void }) {
  const remove = useAction(paymentsPage, 'removePaymentMethod', {
    invalidates: ['listPaymentMethods', 'getAutoTopUp'],
  });
  const call = { params: { method_id: method.method_id } };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title={`Remove ${methodWords(method)}?`}
      impact={[
        'The payment provider forgets it. Nothing is refunded, and refunds of earlier payments still go to it.',
        ...(method.used_by_auto_top_up
          ? ['Automatic top-up charges it, and is turned off. Workloads are released when the balance runs out.']
          : []),
      ]}
      confirmLabel="Remove"
      error={remove.error?.message ?? null}
      isPending={remove.isPending}
      onConfirm={async () => {
        await remove.mutateAsync(call);
        showToast({ tone: 'success', title: `${methodWords(method)} was removed.` });
        onClose();
      }}
    >
      <EquivalentCall page={paymentsPage} name="removePaymentMethod" args={call} />
    </ConfirmDialog>
  );
}
