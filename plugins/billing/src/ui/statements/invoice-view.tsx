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
  // Those that are charged come first, on whatever page of lines.
  const moved = lines.items.filter(line => !line.charged);
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
            { label: 'From', value: <Party of={invoice.seller} /> },
            { label: 'To', value: <Party of={invoice.customer} /> },
            ...(invoice.customer.purchase_order === null
              ? []
              : [{ label: 'Purchase order', value: invoice.customer.purchase_order }]),
          ]}
        />
      </Panel>
      <Panel title="How the balance moved" description="To the micro-unit; shown in whole coins.">
        <Statement statement={invoice.statement} />
      </Panel>
      <Panel title="What was used, and what was made good" description={roundingWords(invoice)} isFlush>
        <PageState state={renderingOf(lines, { layout: 'rows' })}>
          <Lines label="Charged" of={lines.items.filter(line => line.charged)} columns={chargedColumns} />
          {moved.length === 0 && <ShowMore of={lines} />}
        </PageState>
      </Panel>
      {moved.length > 0 && (
        <Panel title="What else moved the balance" description="Not part of the total." isFlush>
          <Lines label="Not charged" of={moved} columns={movedColumns} />
          <ShowMore of={lines} />
        </Panel>
      )}
      {invoice.footer !== '' && <p className="pt-description">{invoice.footer}</p>}
    </Stack>
  );
}

/** Line by line, as on an envelope. */
function Party({ of: { name, address, tax_id: taxId, email } }: { of: Invoice['seller'] }) {
  const lines = [
    name,
    ...address,
    ...(taxId === null ? [] : [`Tax number ${taxId}`]),
    ...(email === null ? [] : [email]),
  ];
  return lines.map((line, place) => <div key={place}>{line}</div>);
}

function Lines({ label, of, columns }: { label: string; of: readonly Line[]; columns: readonly DataColumn<Line>[] }) {
  return of.length === 0 ? (
    <p className="pt-description pt-panel-body">Nothing.</p>
  ) : (
    <DataTable label={label} columns={columns} rows={of} rowKey={line => `${line.line_number}`} />
  );
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

function roundingWords({ amounts }: Invoice): string {
  return amounts.rounding.amount === '0'
    ? 'Together they are the total.'
    : 'The exact sum is rounded once, so the printed lines may differ from the total by some coins.';
}

/** What was used, or what the line says of itself. */
function whatFor({ kind, description, gpu_count: gpus, sku_name: sku }: Line): string {
  if (sku === null) return description;
  const hardware = gpus === null ? sku : `${gpus} × ${sku}`;
  return kind === 'usage' ? hardware : `${description}: ${hardware}`;
}

const what: DataColumn<Line> = { key: 'what', header: 'For', cell: whatFor, priority: 1 };
const day: DataColumn<Line> = { key: 'day', header: 'Day', cell: line => line.day ?? '–', priority: 1, isNarrow: true };
const amount: DataColumn<Line> = {
  key: 'amount',
  header: 'Amount',
  cell: line => <Money value={line.amount} />,
  align: 'end',
  priority: 1,
  isNarrow: true,
};

const movedColumns: readonly DataColumn<Line>[] = [what, day, amount];

const chargedColumns: readonly DataColumn<Line>[] = [
  what,
  day,
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
  amount,
];
