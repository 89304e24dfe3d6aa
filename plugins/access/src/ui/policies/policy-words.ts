import type { ReplyOf } from '@portico/plugin-kit/contract';
import { formatDuration, formatMoney } from '@portico/ui';
import type { PolicyLevel, PolicyValue, SpendLimit } from '../../contract/policies';
import type { listPolicies, previewPolicy } from '../../contract/policy-operations';

export type Policy = ReplyOf<typeof listPolicies>['items'][number];
export type PolicyPreview = ReplyOf<typeof previewPolicy>;
/** Id of hardware or an image → its name. */
export type CatalogNames = ReadonlyMap<string, string>;

type Kind = Policy['kind'];
const UNSET = {
  count: 'No limit',
  duration: 'No limit',
  flag: 'Not required',
  list: 'All',
  names: 'All',
  money: 'None',
  spend: 'No limit',
} as const satisfies Record<Kind, string>;

/** A value as a person says it. */
export function valueInWords(
  { kind, unit }: Pick<Policy, 'kind' | 'unit'>,
  value: unknown,
  names: CatalogNames,
): string {
  if (value === null || value === undefined) return UNSET[kind];
  switch (kind) {
    case 'count':
      return `${String(value)} ${unit ?? ''}`.trim();
    case 'duration':
      return formatDuration(value as number);
    case 'flag':
      return value === true ? 'Required' : 'Not required';
    case 'list':
    case 'names': {
      const ids = value as readonly string[];
      return ids.length === 0 ? 'None' : ids.map(id => names.get(id) ?? id).join(', ');
    }
    case 'money':
      return formatMoney(value as SpendLimit['limit']);
    case 'spend': {
      const { limit, mode } = value as SpendLimit;
      return `${formatMoney(limit)}, ${mode === 'stop' ? 'then launches are refused' : 'then a warning'}`;
    }
  }
}

const levelWords = {
  user: 'Member',
  project: 'Project',
  organization: 'Organization',
  agreement: 'Agreement',
  plan: 'Plan',
  platform: 'Platform',
  default: 'Default',
} as const satisfies Record<PolicyLevel | 'default', string>;

export function levelInWords(level: PolicyLevel | 'default'): string {
  return levelWords[level];
}

/** Micro-units of an amount as it is typed; null when it is none. */
export function amountOf(text: string, currency: string): SpendLimit['limit'] | null {
  const typed = /^(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,6}))?$/.exec(text.trim());
  if (!typed) return null;
  const micros = BigInt(typed[1] ?? '0') * 1_000_000n + BigInt((typed[2] ?? '').padEnd(6, '0'));
  return { amount: micros.toString(), currency, scale: 6 };
}

/** What is typed for an amount: no more digits than it has. */
export function amountText({ amount }: SpendLimit['limit']): string {
  const micros = BigInt(amount);
  const decimals = (micros % 1_000_000n)
    .toString()
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${micros / 1_000_000n}.${decimals}`;
}

export function asPolicyValue(value: unknown): PolicyValue | null {
  return (value ?? null) as PolicyValue | null;
}
