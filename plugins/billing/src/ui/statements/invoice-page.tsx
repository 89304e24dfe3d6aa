import { apiClientRef, renderingOf, useOperation, useOperationPages } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { PageHeader, PageState } from '@portico/ui';
import { useParams } from 'react-router-dom';
import { invoicePage } from '../pages';
import { InvoiceView } from './invoice-view';

/** One invoice of the organization. */
export function InvoicePage() {
  const { invoiceId = '' } = useParams();
  const client = useApi(apiClientRef);
  const params = { invoice_id: invoiceId };
  const invoice = useOperation(invoicePage, 'getInvoice', { params });
  const lines = useOperationPages(invoicePage, 'listInvoiceLines', { params });
  const breadcrumbs = [{ label: 'Invoices', to: '/billing/invoices' }, { label: invoice.data?.number ?? 'Invoice' }];
  return (
    <>
      {invoice.data === undefined && <PageHeader title="Invoice" breadcrumbs={breadcrumbs} />}
      <PageState state={renderingOf(invoice, { what: 'invoice', layout: 'text' })}>
        {invoice.data !== undefined && (
          <InvoiceView
            invoice={invoice.data}
            lines={lines}
            breadcrumbs={breadcrumbs}
            pdf={client.href(invoicePage.operations.downloadInvoice, { params, query: {} })}
          />
        )}
      </PageState>
    </>
  );
}
