import type { ReplyOf } from '@portico/plugin-kit/contract';
import { DownloadIcon, formatDate, LinkButton, Money } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listInvoices } from '../../contract/invoice-operations';
import { invoiceKinds, monthOf } from './invoice-words';

export type InvoiceSummary = ReplyOf<typeof listInvoices>['items'][number];

/** The columns of lists of invoices; with the customer where there are several. */
export function invoiceColumns(options: {
  pdfOf: (invoice: InvoiceSummary) => string;
  hasCustomers?: boolean;
}): readonly DataColumn<InvoiceSummary>[] {
  return [
    {
      key: 'number',
      header: 'Number',
      cell: invoice => <span className="pt-mono">{invoice.number}</span>,
      priority: 1,
    },
    ...(options.hasCustomers === true
      ? [
          {
            key: 'customer',
            header: 'Customer',
            cell: (invoice: InvoiceSummary) => invoice.customer_name,
            priority: 1 as const,
          },
        ]
      : []),
    { key: 'month', header: 'Month', cell: invoice => monthOf(invoice.period_from), priority: 1, isNarrow: true },
    { key: 'kind', header: 'Kind', cell: invoice => invoiceKinds[invoice.kind], priority: 3, isNarrow: true },
    {
      key: 'issued',
      header: 'Issued',
      cell: invoice => formatDate(new Date(invoice.issued_at)),
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'total',
      header: 'Total',
      cell: invoice => <Money value={invoice.total} />,
      align: 'end',
      priority: 1,
      isNarrow: true,
    },
    {
      key: 'pdf',
      header: '',
      cell: invoice => (
        <LinkButton to={options.pdfOf(invoice)} download={`${invoice.number}.pdf`} icon={DownloadIcon} size="small">
          PDF
          <span className="pt-visually-hidden">{` of ${invoice.number}`}</span>
        </LinkButton>
      ),
      align: 'end',
      priority: 1,
      isNarrow: true,
    },
  ];
}
