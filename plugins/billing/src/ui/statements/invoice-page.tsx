import { apiClientRef, useOperation, useOperationPages } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { useParams } from 'react-router-dom';
import { invoicePage } from '../pages';
import { InvoiceScreen } from './invoice-view';

/** One invoice of the organization. */
export function InvoicePage() {
  const { invoiceId = '' } = useParams();
  const client = useApi(apiClientRef);
  const params = { invoice_id: invoiceId };
  const invoice = useOperation(invoicePage, 'getInvoice', { params });
  const lines = useOperationPages(invoicePage, 'listInvoiceLines', { params });
  const pdf = client.href(invoicePage.operations.downloadInvoice, { params, query: {} });
  return <InvoiceScreen invoice={invoice} lines={lines} pdf={pdf} listPath="/billing/invoices" />;
}
