import { apiClientRef, renderingOf, useOperation, useOperationPages } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { PageHeader, PageState } from '@portico/ui';
import { useParams } from 'react-router-dom';
import { InvoiceView } from '../statements/invoice-view';
import { adminInvoicePage } from './admin-pages';

/** One invoice of any organization. */
export function AdminInvoicePage() {
  const { invoiceId = '' } = useParams();
  const client = useApi(apiClientRef);
  const params = { invoice_id: invoiceId };
  const invoice = useOperation(adminInvoicePage, 'getAnyInvoice', { params });
  const lines = useOperationPages(adminInvoicePage, 'listAnyInvoiceLines', { params });
  const breadcrumbs = [{ label: 'Invoices', to: '/admin/invoices' }, { label: invoice.data?.number ?? 'Invoice' }];
  return (
    <>
      {invoice.data === undefined && <PageHeader title="Invoice" breadcrumbs={breadcrumbs} />}
      <PageState state={renderingOf(invoice, { what: 'invoice', layout: 'text' })}>
        {invoice.data !== undefined && (
          <InvoiceView
            invoice={invoice.data}
            lines={lines}
            breadcrumbs={breadcrumbs}
            pdf={client.href(adminInvoicePage.operations.downloadAnyInvoice, { params, query: {} })}
          />
        )}
      </PageState>
    </>
  );
}
