import { EquivalentCall, useAction, useOperation } from '@portico/plugin-kit/ui';
import { showToast } from '@portico/ui';
import { useState } from 'react';
import type { PlatformPolicyLevel } from '../../contract/policies';
import { PolicyDialog } from './policy-dialog';
import { platformPoliciesPage } from './policy-pages';
import { draftOf, valueOf } from './policy-value-field';
import { asPolicyValue } from './policy-words';
import type { Policy } from './policy-words';
import type { Catalog } from './use-catalog-names';

/** Sets a policy where the page looks: for everybody, for a plan, or as an agreement with one organization. */
export function PlatformPolicyDialog(props: {
  policy: Policy;
  currency: string;
  catalog: Catalog;
  place: { level: PlatformPolicyLevel; subject_id?: string };
  /** Whom it is about, in a sentence. */
  holdsFor: string;
  onClose: () => void;
}) {
  const { policy, currency, catalog, place, onClose } = props;
  const current = policy.chain.find(one => one.level === place.level);
  const [draft, setDraft] = useState(() => draftOf(policy, asPolicyValue(current?.value ?? policy.value)));
  const [wasTried, setTried] = useState(false);
  const invalidates = ['listPlatformPolicies', 'listPlans'];
  const set = useAction(platformPoliciesPage, 'setPlatformPolicy', { invalidates });
  const reset = useAction(platformPoliciesPage, 'resetPlatformPolicy', { invalidates });
  const value = valueOf(policy, draft, currency);
  const isComplete = value !== null;
  const params = { policy: policy.policy };
  const preview = useOperation(
    platformPoliciesPage,
    'previewPlatformPolicy',
    { params, query: { ...place, ...(isComplete ? { value: JSON.stringify(value) } : {}) } },
    { enabled: isComplete, keepPrevious: true },
  );
  const args = { params, body: { ...place, value: value as never } };
  const told = (title: string) => {
    showToast({ tone: 'success', title });
    onClose();
  };
  return (
    <PolicyDialog
      policy={policy}
      currency={currency}
      catalog={catalog}
      draft={draft}
      onDraft={change => {
        setDraft({ ...draft, ...change });
        set.reset();
      }}
      isComplete={isComplete}
      wasTried={wasTried}
      place={{ level: place.level, levels: [], onLevel: () => undefined }}
      holdsFor={props.holdsFor}
      preview={preview}
      linksWorkloads={false}
      saving={set}
      onSave={() => {
        setTried(true);
        if (isComplete) set.mutate(args, { onSuccess: () => told(`${policy.title} is set.`) });
      }}
      {...(current === undefined
        ? {}
        : {
            onReset: () =>
              reset.mutate(
                { params, query: place },
                { onSuccess: () => told(`${policy.title}: what is set further out applies again.`) },
              ),
          })}
      isResetting={reset.isPending}
      equivalentCall={
        isComplete ? <EquivalentCall page={platformPoliciesPage} name="setPlatformPolicy" args={args} /> : null
      }
      onClose={onClose}
    />
  );
}
