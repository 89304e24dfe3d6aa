import { EquivalentCall, useAction, useOperation } from '@portico/plugin-kit/ui';
import { showToast } from '@portico/ui';
import type { RadioCardOption } from '@portico/ui';
import { useState } from 'react';
import { ownPolicyLevels } from '../../contract/policies';
import type { OwnPolicyLevel } from '../../contract/policies';
import { PolicyDialog } from './policy-dialog';
import { policiesPage } from './policy-pages';
import { draftOf, valueOf } from './policy-value-field';
import { asPolicyValue } from './policy-words';
import type { Policy } from './policy-words';
import type { Catalog } from './use-catalog-names';

const cards: Record<OwnPolicyLevel, RadioCardOption> = {
  organization: { value: 'organization', title: 'The organization', description: 'All projects and members.' },
  project: { value: 'project', title: 'One project', description: 'Whoever works in it.' },
  user: { value: 'user', title: 'One member', description: 'In every project.' },
};

export interface Subjects {
  readonly projects: readonly { value: string; label: string }[];
  readonly members: readonly { value: string; label: string }[];
}

/** Sets a policy for the organization, a project or a member. */
export function OwnPolicyDialog(props: {
  policy: Policy;
  currency: string;
  catalog: Catalog;
  subjects: Subjects;
  /** Where the page looks: what is offered first. */
  at: { level: OwnPolicyLevel; subjectId: string };
  onClose: () => void;
}) {
  const { currency, catalog, subjects, onClose } = props;
  const levels = ownPolicyLevels.filter(level => props.policy.levels.includes(level)).toReversed();
  const [level, setLevel] = useState<OwnPolicyLevel>(
    levels.includes(props.at.level) ? props.at.level : (levels[0] ?? 'organization'),
  );
  const [subjectId, setSubject] = useState(props.at.subjectId);
  const isPlaced = level === 'organization' || subjectId !== '';
  const there = useOperation(policiesPage, 'listPolicies', { query: queryAt(level, subjectId) }, { enabled: isPlaced });
  const placed = there.data?.items.find(one => one.policy === props.policy.policy);
  const policy = placed ?? props.policy;
  const current = placed?.chain.find(one => one.level === level && one.value !== null);
  const [draft, setDraft] = useState(() => draftOf(props.policy, asPolicyValue(props.policy.value)));
  const [wasTried, setTried] = useState(false);
  const set = useAction(policiesPage, 'setPolicy', { invalidates: ['listPolicies'] });
  const reset = useAction(policiesPage, 'resetPolicy', { invalidates: ['listPolicies'] });

  const options = level === 'project' ? subjects.projects : subjects.members;
  const value = valueOf(policy, draft, currency);
  const isComplete = value !== null && isPlaced;
  const place = { level, ...(level === 'organization' ? {} : { subject_id: subjectId }) };
  const params = { policy: policy.policy };
  const preview = useOperation(
    policiesPage,
    'previewPolicy',
    { params, query: { ...place, ...(value === null ? {} : { value: JSON.stringify(value) }) } },
    { enabled: isComplete, keepPrevious: true },
  );
  const args = { params, body: { ...place, value: value as never } };
  const told = (title: string) => {
    showToast({ tone: 'success', title });
    onClose();
  };
  const choose = (change: () => void) => {
    change();
    set.reset();
  };
  return (
    <PolicyDialog
      policy={policy}
      currency={currency}
      catalog={catalog}
      draft={draft}
      onDraft={change => choose(() => setDraft({ ...draft, ...change }))}
      isComplete={isComplete}
      wasTried={wasTried}
      place={{
        level,
        levels: levels.map(one => cards[one]),
        onLevel: chosen =>
          choose(() => {
            const next = chosen as OwnPolicyLevel;
            setLevel(next);
            const offered = next === 'project' ? subjects.projects : subjects.members;
            setSubject(offered[0]?.value ?? '');
          }),
        ...(level === 'organization'
          ? {}
          : {
              subject: {
                label: level === 'project' ? 'Project' : 'Member',
                value: subjectId,
                options,
                onChange: (chosen: string) => choose(() => setSubject(chosen)),
              },
            }),
      }}
      preview={preview}
      linksWorkloads
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
      equivalentCall={isComplete ? <EquivalentCall page={policiesPage} name="setPolicy" args={args} /> : null}
      onClose={onClose}
    />
  );
}

export function queryAt(level: OwnPolicyLevel, subjectId: string) {
  if (level === 'organization') return { scope: 'organization' } as const;
  return level === 'project' ? { project_id: subjectId } : { user_id: subjectId };
}
