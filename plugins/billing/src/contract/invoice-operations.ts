import {
  activeProjectSchema,
  idSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { billingDetailsSchema, invoiceLineSchema, invoiceSchema, invoiceSummarySchema } from './invoice-schemas';

const TAG = 'invoices';
const invoiceParams = {
  type: 'object',
  additionalProperties: false,
  required: ['invoice_id'],
  properties: { invoice_id: idSchema },
} as const;
const pageQuery = { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } } as const;
const pdfQuery = {
  type: 'object',
  additionalProperties: false,
  properties: { active_project_id: activeProjectSchema },
} as const;

const LINES_DESCRIPTION =
  'In the order in which they are printed: usage by project, SKU and day, corrections, adjustments, then what else moved the balance.';
const PDF_DESCRIPTION =
  'Made from the frozen invoice whenever it is asked for, the same bytes each time: names and amounts do not change after the issue.';

export const getBillingDetails = operation({
  id: 'getBillingDetails',
  method: 'GET',
  path: 'billing/details',
  tag: TAG,
  summary: 'What invoices say about the organization',
  permission: 'billing.invoice.read',
  responses: { 200: billingDetailsSchema },
  errors: [],
});

export const setBillingDetails = operation({
  id: 'setBillingDetails',
  method: 'PUT',
  path: 'billing/details',
  tag: TAG,
  summary: 'Change what invoices say about the organization',
  description: 'For invoices that are issued from now on; those that are there stay as they are.',
  permission: 'billing.payment.manage',
  body: billingDetailsSchema,
  responses: { 200: billingDetailsSchema },
  errors: [],
});

export const listInvoices = operation({
  id: 'listInvoices',
  method: 'GET',
  path: 'billing/invoices',
  tag: TAG,
  summary: 'Invoices of the organization, newest first',
  description:
    'One for each calendar month (UTC) in which something was used or money moved, made some hours after its end so that late reports are in it.',
  permission: 'billing.invoice.read',
  query: pageQuery,
  responses: { 200: pageSchema(invoiceSummarySchema) },
  errors: ['cursor_invalid'],
});

export const getInvoice = operation({
  id: 'getInvoice',
  method: 'GET',
  path: 'billing/invoices/{invoice_id}',
  tag: TAG,
  summary: 'An invoice: amounts, tax and statement',
  permission: 'billing.invoice.read',
  params: invoiceParams,
  responses: { 200: invoiceSchema },
  errors: ['not_found'],
});

export const listInvoiceLines = operation({
  id: 'listInvoiceLines',
  method: 'GET',
  path: 'billing/invoices/{invoice_id}/lines',
  tag: TAG,
  summary: 'The lines of an invoice',
  description: LINES_DESCRIPTION,
  permission: 'billing.invoice.read',
  params: invoiceParams,
  query: pageQuery,
  responses: { 200: pageSchema(invoiceLineSchema) },
  errors: ['not_found', 'cursor_invalid'],
});

export const downloadInvoice = operation({
  id: 'downloadInvoice',
  method: 'GET',
  path: 'billing/invoices/{invoice_id}/pdf',
  tag: TAG,
  summary: 'An invoice as PDF',
  description: PDF_DESCRIPTION,
  permission: 'billing.invoice.read',
  params: invoiceParams,
  query: pdfQuery,
  responses: { 200: { type: 'string' } },
  errors: ['not_found'],
  streams: 'application/pdf',
  activeProjectIn: 'active_project_id',
});

export const listAllInvoices = operation({
  id: 'listAllInvoices',
  method: 'GET',
  path: 'admin/invoices',
  tag: TAG,
  summary: 'Invoices of every organization, newest first',
  permission: 'billing.invoice.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      organization_id: idSchema,
      number: { type: 'string', minLength: 1, maxLength: 40, description: 'The whole number, as it is printed.' },
    },
  },
  responses: { 200: pageSchema(invoiceSummarySchema) },
  errors: ['cursor_invalid'],
});

export const getAnyInvoice = operation({
  id: 'getAnyInvoice',
  method: 'GET',
  path: 'admin/invoices/{invoice_id}',
  tag: TAG,
  summary: 'An invoice of any organization',
  permission: 'billing.invoice.read_any',
  params: invoiceParams,
  responses: { 200: invoiceSchema },
  errors: ['not_found'],
});

export const listAnyInvoiceLines = operation({
  id: 'listAnyInvoiceLines',
  method: 'GET',
  path: 'admin/invoices/{invoice_id}/lines',
  tag: TAG,
  summary: 'The lines of an invoice of any organization',
  description: LINES_DESCRIPTION,
  permission: 'billing.invoice.read_any',
  params: invoiceParams,
  query: pageQuery,
  responses: { 200: pageSchema(invoiceLineSchema) },
  errors: ['not_found', 'cursor_invalid'],
});

export const downloadAnyInvoice = operation({
  id: 'downloadAnyInvoice',
  method: 'GET',
  path: 'admin/invoices/{invoice_id}/pdf',
  tag: TAG,
  summary: 'An invoice of any organization as PDF',
  description: PDF_DESCRIPTION,
  permission: 'billing.invoice.read_any',
  params: invoiceParams,
  query: pdfQuery,
  responses: { 200: { type: 'string' } },
  errors: ['not_found'],
  streams: 'application/pdf',
  activeProjectIn: 'active_project_id',
});
