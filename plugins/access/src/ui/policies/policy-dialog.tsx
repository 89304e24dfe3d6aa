import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, Disclosure, RadioCards, Select, Stack } from '@portico/ui';
import type { RadioCardOption } from '@portico/ui';
import { useId } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { PolicyChain } from './policy-chain';
import { PolicyImpact, refusalInWords } from './policy-impact';
import { missingValue, PolicyValueField } from './policy-value-field';
import type { ValueDraft } from './policy-value-field';
import type { CatalogNames, Policy, PolicyPreview } from './policy-words';
import type { Catalog } from './use-catalog-names';

export interface PolicyDialogProps {
  policy: Policy;
  currency: string;
  catalog: Catalog;
  draft: ValueDraft;
  onDraft: (change: Partial<ValueDraft>) => void;
  /** Whether what is typed is a value. */
  isComplete: boolean;
  wasTried: boolean;
  /** Where it is set: which levels there are to choose from, and the project or member there. */
  place: {
    level: string;
    levels: readonly RadioCardOption[];
    onLevel: (level: string) => void;
    subject?: {
      label: string;
      value: string;
      options: readonly { value: string; label: string }[];
      onChange: (subject: string) => void;
    };
  };
  /** Whom it is about, where there is no choice. */
  holdsFor?: string;
  preview: { readonly data: PolicyPreview | undefined; readonly error: ApiError | null; readonly isPending: boolean };
  linksWorkloads: boolean;
  saving: { readonly error: ApiError | null; readonly isPending: boolean };
  onSave: () => void;
  /** Absent where nothing is set there. */
  onReset?: () => void;
  isResetting: boolean;
  equivalentCall: ReactNode;
  onClose: () => void;
}

/** A value for one level, with whom it affects before it is saved. */
export function PolicyDialog(props: PolicyDialogProps) {
  const { policy, place, draft, onDraft, catalog, saving, onReset } = props;
  const form = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!saving.isPending) props.onSave();
  };
  return (
    <Dialog
      isOpen
      onClose={props.onClose}
      title={policy.title}
      footer={
        <>
          {onReset !== undefined && (
            <Button onPress={onReset} isPending={props.isResetting}>
              Take back
            </Button>
          )}
          <Button onPress={props.onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={saving.isPending}>
            Set policy
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <p>
            {policy.sentence} {props.holdsFor}
          </p>
          {place.levels.length > 1 && (
            <RadioCards
              label="Set it for"
              minWidth="small"
              options={place.levels}
              value={place.level}
              onChange={place.onLevel}
            />
          )}
          {place.subject !== undefined && <Select {...place.subject} />}
          <PolicyValueField
            policy={policy}
            draft={draft}
            onChange={onDraft}
            currency={props.currency}
            catalog={catalog}
            error={props.wasTried && !props.isComplete ? missingValue[policy.kind] : null}
          />
          <div aria-live="polite">
            {props.isComplete && (
              <PolicyImpact
                policy={policy}
                names={catalog.names}
                preview={props.preview}
                linksWorkloads={props.linksWorkloads}
              />
            )}
          </div>
          <Disclosure summary="What is set at each level">
            <PolicyChain policy={policy} names={catalog.names} />
          </Disclosure>
          {props.equivalentCall}
          {saving.error !== null && saving.error.code !== props.preview.error?.code && (
            <Banner tone="failed">{refusalInWords(policy, saving.error, catalog.names)}</Banner>
          )}
        </Stack>
      </form>
    </Dialog>
  );
}

/** For those who may see and not set: what is set at each level. */
export function PolicyDetails({
  policy,
  names,
  onClose,
}: {
  policy: Policy;
  names: CatalogNames;
  onClose: () => void;
}) {
  return (
    <Dialog isOpen onClose={onClose} title={policy.title} footer={<Button onPress={onClose}>Close</Button>}>
      <Stack>
        <p>{policy.sentence}</p>
        <PolicyChain policy={policy} names={names} />
      </Stack>
    </Dialog>
  );
}
