import { apiClientRef, useOperation, useOperationPages } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { useParams } from 'react-router-dom';
import { InvoiceScreen } from '../statements/invoice-view';
import { adminInvoicePage } from './admin-pages';

/** One invoice of any organization. */
export function AdminInvoicePage() {
  const { invoiceId = '' } = useParams();
  const client = useApi(apiClientRef);
  const params = { invoice_id: invoiceId };
  const invoice = useOperation(adminInvoicePage, 'getAnyInvoice', { params });
  const lines = useOperationPages(adminInvoicePage, 'listAnyInvoiceLines', { params });
  const pdf = client.href(adminInvoicePage.operations.downloadAnyInvoice, { params, query: {} });
  return <InvoiceScreen invoice={invoice} lines={lines} pdf={pdf} listPath="/admin/invoices" />;
}
