import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import {
  DataTable,
  DownloadIcon,
  formatDate,
  KeyValueList,
  LinkButton,
  Money,
  PageHeader,
  PageState,
  Panel,
  Rate,
  ShowMore,
  Stack,
  Stat,
  StatRow,
} from '@portico/ui';
import type { Crumb, DataColumn, ShowMoreProps } from '@portico/ui';
import type { getInvoice, listInvoiceLines } from '../../contract/invoice-operations';
import { gpuHours, invoiceKinds, monthOf } from './invoice-words';

type Invoice = ReplyOf<typeof getInvoice>;
type Line = ReplyOf<typeof listInvoiceLines>['items'][number];

interface Asked {
  readonly isPending: boolean;
  readonly error: ApiError | null;
  readonly data: unknown;
  refetch: () => unknown;
}

interface InvoiceViewProps {
  invoice: Invoice;
  lines: ShowMoreProps['of'] & Asked & { readonly items: readonly Line[] };
  breadcrumbs: readonly Crumb[];
  /** Where the document is. */
  pdf: string;
}

interface InvoiceScreenProps extends Pick<InvoiceViewProps, 'lines' | 'pdf'> {
  invoice: Asked & { readonly data: Invoice | undefined };
  /** Where the list is that it stands in. */
  listPath: string;
}

/** A page of one invoice, also while it is asked for. */
export function InvoiceScreen({ invoice, listPath, ...rest }: InvoiceScreenProps) {
  const breadcrumbs = [{ label: 'Invoices', to: listPath }, { label: invoice.data?.number ?? 'Invoice' }];
  return (
    <>
      {invoice.data === undefined && <PageHeader title="Invoice" breadcrumbs={breadcrumbs} />}
      <PageState state={renderingOf(invoice, { what: 'invoice', layout: 'text' })}>
        {invoice.data !== undefined && <InvoiceView invoice={invoice.data} breadcrumbs={breadcrumbs} {...rest} />}
      </PageState>
    </>
  );
}

/** An invoice as its document has it: parties, amounts, how the balance moved, and line by line what it is for. */
function InvoiceView({ invoice, lines, breadcrumbs, pdf }: InvoiceViewProps) {
  const { amounts } = invoice;
  return (
    <Stack gap="loose">
      <PageHeader
        title={`${invoiceKinds[invoice.kind]} ${invoice.number}`}
        breadcrumbs={breadcrumbs}
        description={`For ${monthOf(invoice.period_from)}, issued on ${formatDate(new Date(invoice.issued_at))}. It never changes.`}
        primaryAction={
          <LinkButton to={pdf} download={`${invoice.number}.pdf`} icon={DownloadIcon} variant="primary">
            PDF
          </LinkButton>
        }
      />
      <StatRow label="Amounts">
        <Stat label="Net" value={<Money value={amounts.net} />} />
        <Stat
          label={`${amounts.tax.name} ${amounts.tax.rate_percent} %`}
          value={<Money value={amounts.tax.amount} />}
          hint={amounts.tax.inclusive ? 'Contained in the total' : 'On top of the total'}
        />
        <Stat label="Total" value={<Money value={amounts.total} />} hint="Paid from the balance" />
        {amounts.due.amount !== '0' && (
          <Stat label="Still due" value={<Money value={amounts.due} />} hint="By transfer" />
        )}
      </StatRow>
      <Panel title="Parties">
        <KeyValueList
          columns={2}
          items={[
            { label: 'From', value: partyWords(invoice.seller) },
            { label: 'To', value: partyWords(invoice.customer) },
            ...(invoice.customer.purchase_order === null
              ? []
              : [{ label: 'Purchase order', value: invoice.customer.purchase_order }]),
          ]}
        />
      </Panel>
      <Panel title="How the balance moved" description="To the micro-unit; shown in whole coins.">
        <Statement statement={invoice.statement} />
      </Panel>
      <Panel title="Lines" description={linesWords(invoice)} isFlush>
        <PageState state={renderingOf(lines, { layout: 'rows' })}>
          <DataTable label="Lines" columns={lineColumns} rows={lines.items} rowKey={line => `${line.line_number}`} />
          <ShowMore of={lines} />
        </PageState>
      </Panel>
      {invoice.footer !== '' && <p className="pt-description">{invoice.footer}</p>}
    </Stack>
  );
}

function partyWords({ name, address, tax_id: taxId, email }: Invoice['seller']): string {
  return [name, ...address, ...(taxId === null ? [] : [taxId]), ...(email === null ? [] : [email])].join(', ');
}

const movements = [
  ['opening_balance', 'Balance at the beginning'],
  ['top_ups', 'Payments'],
  ['credits', 'Credits given'],
  ['usage', 'Usage'],
  ['refunds', 'Refunds'],
  ['disputes', 'Disputes'],
  ['expired', 'Credits that ran out'],
  ['adjustments', 'Made good'],
  ['closing_balance', 'Balance at the end'],
] as const satisfies readonly (readonly [keyof Invoice['statement'], string])[];

/** What did not move is left out; beginning and end always stand there. */
function Statement({ statement }: Pick<Invoice, 'statement'>) {
  const shown = movements.filter(([key]) => key.endsWith('_balance') || statement[key].amount !== '0');
  return <KeyValueList items={shown.map(([key, label]) => ({ label, value: <Money value={statement[key]} /> }))} />;
}

function linesWords({ line_count: count, amounts }: Invoice): string {
  const all = count === 1 ? 'One line' : `${count} lines`;
  return amounts.rounding.amount === '0'
    ? `${all}.`
    : `${all}. The exact sum is rounded once, so the printed lines may differ from the total by some coins.`;
}

const lineColumns: readonly DataColumn<Line>[] = [
  { key: 'what', header: 'For', cell: line => line.description, priority: 1 },
  { key: 'day', header: 'Day', cell: line => line.day ?? '–', priority: 1, isNarrow: true },
  { key: 'project', header: 'Project', cell: line => line.project_name ?? '–', priority: 2 },
  {
    key: 'time',
    header: 'Time',
    cell: line => (line.gpu_seconds === null ? '–' : gpuHours(line.gpu_seconds)),
    align: 'end',
    priority: 2,
    isNarrow: true,
  },
  {
    key: 'price',
    header: 'Price',
    cell: line => (line.price_per_hour === null ? '–' : <Rate value={line.price_per_hour} />),
    align: 'end',
    priority: 3,
    isNarrow: true,
  },
  {
    key: 'amount',
    header: 'Amount',
    cell: line => <Money value={line.amount} />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];
