import { Instant, KeyValueList } from '@portico/ui';
import type { CatalogNames, Policy } from './policy-words';
import { levelInWords, valueInWords } from './policy-words';

/** What is set at each level, from the narrowest to the default. */
export function PolicyChain({ policy, names }: { policy: Policy; names: CatalogNames }) {
  return (
    <KeyValueList
      items={policy.chain.map(one => ({
        label: one.level === 'plan' ? `Plan ${one.subject_id ?? ''}` : levelInWords(one.level),
        value: (
          <>
            {valueInWords(policy, one.value, names)}
            {one.set_at !== null && (
              <span className="pt-description">
                {' '}
                by {one.set_by_name ?? 'somebody'}, <Instant at={one.set_at} />
              </span>
            )}
          </>
        ),
      }))}
    />
  );
}
