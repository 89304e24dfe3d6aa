import { CheckboxGroup, NumberField, RadioCards, Stack, TextField } from '@portico/ui';
import { POLICY_COUNT_MAX, POLICY_DURATION_MAX, POLICY_DURATION_MIN } from '../../contract/policy-values';
import type { PolicyValue, SpendLimit } from '../../contract/policies';
import type { Catalog } from './use-catalog-names';
import { amountOf, amountText } from './policy-words';
import type { Policy } from './policy-words';

const MINUTE_SECONDS = 60;

/** What is being typed: text where half an amount is no amount yet. */
export interface ValueDraft {
  readonly number: number | null;
  readonly amount: string;
  readonly mode: SpendLimit['mode'];
  readonly flag: boolean;
  readonly ids: readonly string[];
}

export function draftOf({ kind }: Policy, value: PolicyValue | null): ValueDraft {
  const spend = kind === 'spend' ? (value as SpendLimit | null) : null;
  const money = kind === 'money' ? (value as SpendLimit['limit'] | null) : (spend?.limit ?? null);
  const number = value === null || typeof value !== 'number' ? null : value;
  return {
    number: number !== null && kind === 'duration' ? Math.floor(number / MINUTE_SECONDS) : number,
    amount: money === null ? '' : amountText(money),
    mode: spend?.mode ?? 'stop',
    flag: value === true,
    ids: kind === 'list' || kind === 'names' ? ((value as readonly string[] | null) ?? []) : [],
  };
}

/** Null while it is no value yet. */
export function valueOf({ kind }: Policy, draft: ValueDraft, currency: string): PolicyValue | null {
  switch (kind) {
    case 'count':
      return draft.number;
    case 'duration':
      return draft.number === null ? null : draft.number * MINUTE_SECONDS;
    case 'flag':
      return draft.flag;
    case 'list':
    case 'names':
      return draft.ids.length === 0 ? null : draft.ids;
    case 'money':
      return amountOf(draft.amount, currency);
    case 'spend': {
      const limit = amountOf(draft.amount, currency);
      return limit === null ? null : { limit, mode: draft.mode };
    }
  }
}

export const missingValue = {
  count: 'Say how many.',
  duration: 'Say how many minutes.',
  flag: 'Choose one.',
  list: 'Choose at least one.',
  names: 'Choose at least one.',
  money: 'Give an amount, such as 25.00.',
  spend: 'Give an amount, such as 25.00.',
} as const satisfies Record<Policy['kind'], string>;

/** The control for a value of this policy. */
export function PolicyValueField(props: {
  policy: Policy;
  draft: ValueDraft;
  onChange: (change: Partial<ValueDraft>) => void;
  currency: string;
  catalog: Catalog;
  error: string | null;
}) {
  const { policy, draft, onChange, currency, catalog, error } = props;
  switch (policy.kind) {
    case 'count':
      return (
        <NumberField
          label={policy.title}
          value={draft.number}
          onChange={number => onChange({ number })}
          max={POLICY_COUNT_MAX}
          error={error}
        />
      );
    case 'duration':
      return (
        <NumberField
          label={policy.title}
          value={draft.number}
          onChange={number => onChange({ number })}
          min={POLICY_DURATION_MIN / MINUTE_SECONDS}
          max={POLICY_DURATION_MAX / MINUTE_SECONDS}
          suffix="minutes"
          error={error}
        />
      );
    case 'flag':
      return (
        <RadioCards
          label={policy.title}
          minWidth="small"
          options={[
            { value: 'yes', title: 'Required' },
            { value: 'no', title: 'Not required' },
          ]}
          value={draft.flag ? 'yes' : 'no'}
          onChange={chosen => onChange({ flag: chosen === 'yes' })}
        />
      );
    case 'list':
    case 'names':
      return (
        <CheckboxGroup
          label={policy.title}
          options={withUnknown(optionsOf(policy, catalog), draft.ids)}
          value={draft.ids}
          onChange={ids => onChange({ ids })}
          error={error}
        />
      );
    case 'money':
    case 'spend':
      return (
        <Stack>
          <TextField
            label={`${policy.title} (${currency})`}
            value={draft.amount}
            onChange={amount => onChange({ amount })}
            maxLength={20}
            isMonospace
            error={error}
          />
          {policy.kind === 'spend' && (
            <RadioCards
              label="Beyond it"
              minWidth="small"
              options={[
                { value: 'stop', title: 'Refuse', description: 'Nothing more is launched.' },
                { value: 'warn', title: 'Warn', description: 'The launch goes on, with a warning.' },
              ]}
              value={draft.mode}
              onChange={mode => onChange({ mode })}
            />
          )}
        </Stack>
      );
  }
}

function optionsOf({ unit }: Policy, { skus, images, regions }: Catalog): Catalog['skus'] {
  if (unit === 'region') return regions;
  return unit === 'image' ? images : skus;
}

/** What was named once and is in the catalog no more can still be taken out. */
function withUnknown(options: Catalog['skus'], ids: readonly string[]) {
  const known = new Set(options.map(option => option.value));
  return [...options, ...ids.filter(id => !known.has(id)).map(id => ({ value: id, label: id }))];
}
