import { Button, DataTable, StateChip } from '@portico/ui';
import type { DataColumn, Tone } from '@portico/ui';
import type { CatalogNames, Policy } from './policy-words';
import { levelInWords, valueInWords } from './policy-words';

const tones = {
  user: 'progress',
  project: 'progress',
  organization: 'running',
  agreement: 'approval',
  plan: 'approval',
  platform: 'approval',
  default: 'muted',
} as const satisfies Record<Policy['source']['level'], Tone>;

/** Each policy with what applies and where that was set. */
export function PolicyTable(props: {
  label: string;
  policies: readonly Policy[];
  names: CatalogNames;
  /** How a project or member is called. */
  subjectName: (id: string) => string | undefined;
  actionOf: (policy: Policy) => 'Change' | 'Details';
  onOpen: (policy: Policy) => void;
}) {
  const { names, subjectName, actionOf, onOpen } = props;
  const columns: DataColumn<Policy>[] = [
    {
      key: 'policy',
      header: 'Policy',
      cell: policy => (
        <span className="policy-name">
          <span>{policy.title}</span>
          <span className="pt-description">{policy.sentence}</span>
        </span>
      ),
    },
    { key: 'value', header: 'Applies', cell: policy => valueInWords(policy, policy.value, names) },
    {
      key: 'source',
      header: 'Set by',
      isNarrow: true,
      cell: ({ source }) => <SourceChip source={source} name={subjectName(source.subject_id ?? '')} />,
    },
    {
      key: 'open',
      header: '',
      isNarrow: true,
      align: 'end',
      cell: policy => (
        <Button size="small" onPress={() => onOpen(policy)}>
          {actionOf(policy)}
          <span className="pt-visually-hidden"> {policy.title}</span>
        </Button>
      ),
    },
  ];
  return <DataTable label={props.label} columns={columns} rows={props.policies} rowKey={policy => policy.policy} />;
}

function SourceChip({ source, name }: { source: Policy['source']; name: string | undefined }) {
  const level = levelInWords(source.level);
  const named = source.level === 'plan' ? (source.subject_id ?? undefined) : name;
  return <StateChip tone={tones[source.level]} label={named === undefined ? level : `${level}: ${named}`} />;
}
