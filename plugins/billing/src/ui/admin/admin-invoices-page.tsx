import { apiClientRef, useOperation } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { ListPage, ReceiptIcon, useListUrlState } from '@portico/ui';
import { invoiceColumns } from '../statements/invoice-columns';
import { adminInvoicesPage } from './admin-pages';
import { OrganizationFilter } from './organization-filter';

const ID_LENGTH_MAX = 64;
const NUMBER_LENGTH_MAX = 40;
const invoicesUrl = { search: 'number', filters: { organization_id: { maxLength: ID_LENGTH_MAX } } };

/** Invoices of every organization. */
export function AdminInvoicesPage() {
  const client = useApi(apiClientRef);
  const list = useListUrlState(invoicesUrl);
  const organizationId = list.filter('organization_id');
  const number = list.search.trim().slice(0, NUMBER_LENGTH_MAX);
  const invoices = useOperation(
    adminInvoicesPage,
    'listAllInvoices',
    {
      query: {
        ...(number === '' ? {} : { number }),
        ...(organizationId === undefined ? {} : { organization_id: organizationId }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true },
  );
  return (
    <ListPage
      header={{ title: 'Invoices', description: 'Of every organization, newest first. An invoice never changes.' }}
      label="Invoices"
      list={list}
      searchLabel="Whole number of an invoice"
      extraFilters={
        <OrganizationFilter value={organizationId} onChange={value => list.setFilter('organization_id', value)} />
      }
      columns={invoiceColumns({
        hasCustomers: true,
        pdfOf: invoice =>
          client.href(adminInvoicesPage.operations.downloadAnyInvoice, {
            params: { invoice_id: invoice.invoice_id },
            query: {},
          }),
      })}
      rows={invoices.data?.items}
      rowKey={invoice => invoice.invoice_id}
      rowTo={invoice => `/admin/invoices/${invoice.invoice_id}`}
      nextCursor={invoices.data?.next_cursor ?? null}
      isRefreshing={invoices.isPlaceholderData}
      failure={invoices.error}
      onRetry={() => void invoices.refetch()}
      empty={{
        icon: ReceiptIcon,
        title: 'No invoices yet',
        description: 'They are made some hours after the end of each month.',
      }}
    />
  );
}
