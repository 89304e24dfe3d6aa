import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common, PAGE_LIMIT_DEFAULT } from '@portico/plugin-kit/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { setBillingDetails } from '../actions/set-billing-details';
import { detailsReply, invoiceLine, invoiceReply, invoiceSummary } from '../invoice-replies';
import { invoicePdf, LINES_PER_READ } from '../invoices/pdf/invoice-pdf';
import type { BillingServices } from '../services';
import { billingDetailsOf } from '../store/billing-details';
import { countLines, invoiceById, invoicesPage, linesAfter, linesPage } from '../store/invoices';
import type { InvoiceRow } from '../store/invoices';

type InvoiceOperations =
  | 'getBillingDetails'
  | 'setBillingDetails'
  | 'listInvoices'
  | 'getInvoice'
  | 'listInvoiceLines'
  | 'downloadInvoice'
  | 'listAllInvoices'
  | 'getAnyInvoice'
  | 'listAnyInvoiceLines'
  | 'downloadAnyInvoice';

interface PageQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export function invoiceRoutes(services: BillingServices): Pick<Handlers<typeof billingContract>, InvoiceOperations> {
  const { database } = services;
  /** Of any organization, or of that one. */
  const existing = async (invoiceId: string, organizationId?: string): Promise<InvoiceRow> => {
    const invoice = await invoiceById(database.read, invoiceId);
    if (invoice === undefined || (organizationId !== undefined && invoice.organization_id !== organizationId))
      throw common.fail('not_found');
    return invoice;
  };
  const list = async (query: PageQuery, filter: { organizationId?: string; number?: string }) => {
    const { shown, nextCursor } = await pageByTime(query, {
      name: `billing.invoices ${filter.organizationId ?? ''} ${filter.number ?? ''}`,
      rows: page => invoicesPage(database.read, { ...filter, ...page }),
      placeOf: row => ({ at: row.issued_at, id: row.number }),
    });
    return { status: 200, body: { items: shown.map(invoiceSummary), next_cursor: nextCursor } } as const;
  };
  const lines = async (invoice: InvoiceRow, { limit = PAGE_LIMIT_DEFAULT, cursor }: PageQuery) => {
    const { invoice_id: invoiceId, currency } = invoice;
    const { rows, nextCursor } = await linesPage(database.read, { invoiceId, limit, cursor });
    return {
      status: 200,
      body: { items: rows.map(row => invoiceLine(row, currency)), next_cursor: nextCursor },
    } as const;
  };
  const pdf = async (invoice: InvoiceRow) => {
    const { invoice_id: invoiceId, number } = invoice;
    const source = {
      ...(await countLines(database.read, invoiceId)),
      after: (after: number) => linesAfter(database.read, { invoiceId, after, limit: LINES_PER_READ }),
    };
    return {
      status: 200,
      stream: invoicePdf(invoice, source),
      headers: { 'content-disposition': `attachment; filename="${number}.pdf"` },
    } as const;
  };
  return {
    async getBillingDetails({ caller }) {
      return { status: 200, body: detailsReply(await billingDetailsOf(database.read, caller.organizationId)) };
    },

    async setBillingDetails(request) {
      const { legal_name, address, tax_id, email, purchase_order } = request.body;
      const details = { legalName: legal_name, address, taxId: tax_id, email, purchaseOrder: purchase_order };
      return request.write(async tx => {
        await setBillingDetails(tx, services, { ...request, details });
        return { status: 200, body: request.body };
      });
    },

    listInvoices: ({ caller, query }) => list(query, { organizationId: caller.organizationId }),
    async getInvoice({ caller, params }) {
      return { status: 200, body: invoiceReply(await existing(params.invoice_id, caller.organizationId)) };
    },
    async listInvoiceLines({ caller, params, query }) {
      return lines(await existing(params.invoice_id, caller.organizationId), query);
    },
    async downloadInvoice({ caller, params }) {
      return pdf(await existing(params.invoice_id, caller.organizationId));
    },

    listAllInvoices: ({ query }) => list(query, { organizationId: query.organization_id, number: query.number }),
    async getAnyInvoice({ params }) {
      return { status: 200, body: invoiceReply(await existing(params.invoice_id)) };
    },
    async listAnyInvoiceLines({ params, query }) {
      return lines(await existing(params.invoice_id), query);
    },
    async downloadAnyInvoice({ params }) {
      return pdf(await existing(params.invoice_id));
    },
  };
}
