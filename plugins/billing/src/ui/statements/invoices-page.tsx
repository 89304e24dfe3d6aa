import { apiClientRef, useOperation, useSession } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { ListPage, ReceiptIcon, Stack, useListUrlState } from '@portico/ui';
import { BillingFrame } from '../billing-frame';
import { invoicesPage } from '../pages';
import { BillingDetailsPanel } from './billing-details-panel';
import { invoiceColumns } from './invoice-columns';

const invoicesUrl = {};

/** One invoice for each month, and what they say about the organization. */
export function InvoicesPage() {
  const client = useApi(apiClientRef);
  const list = useListUrlState(invoicesUrl);
  const mayManage = useSession()?.permissions.has('billing.payment.manage') ?? false;
  const invoices = useOperation(
    invoicesPage,
    'listInvoices',
    { query: list.cursor === null ? {} : { cursor: list.cursor } },
    { keepPrevious: true, live: event => event.event_type === 'billing.invoice_issued' },
  );
  return (
    <BillingFrame title="Invoices">
      <Stack gap="loose">
        <ListPage
          label="Invoices"
          list={list}
          columns={invoiceColumns({
            pdfOf: invoice =>
              client.href(invoicesPage.operations.downloadInvoice, {
                params: { invoice_id: invoice.invoice_id },
                query: {},
              }),
          })}
          rows={invoices.data?.items}
          rowKey={invoice => invoice.invoice_id}
          rowTo={invoice => `/billing/invoices/${invoice.invoice_id}`}
          nextCursor={invoices.data?.next_cursor ?? null}
          isRefreshing={invoices.isPlaceholderData}
          failure={invoices.error}
          onRetry={() => void invoices.refetch()}
          empty={{
            icon: ReceiptIcon,
            title: 'No invoices yet',
            description: 'The first one comes some hours after the end of the first month in which something was used.',
          }}
        />
        <BillingDetailsPanel mayManage={mayManage} />
      </Stack>
    </BillingFrame>
  );
}
