import { Button, CloseIcon, Dialog, FilterIcon, formatInstant, Select, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { AUDIT_ACTOR_TYPES } from '@portico/plugin-kit/contract';
import { actorKinds } from './audit-entry-drawer';
import { auditFilterLabels, FILTER_LENGTH_MAX, isActorType } from './audit-url';
import type { AuditFilterKey, AuditQuery } from './audit-url';
import { fromLocalInput, toLocalInput } from './local-time';

/** What people know by heart comes first; ids are pasted, or chosen in an entry. */
const textFilters: readonly { key: Exclude<AuditFilterKey, 'actor_type'>; description: string }[] = [
  { key: 'action', description: 'For example access.ssh_key.add, or authorization.denied for what was refused' },
  { key: 'actor_id', description: 'Id of a user, a task or a part of the system' },
  { key: 'resource_type', description: 'For example allocation, project, ssh_key' },
  { key: 'resource_id', description: 'Id of what it was done to' },
  { key: 'correlation_id', description: 'The correlation id that every reply and every error carries' },
  { key: 'organization_id', description: 'Id of an organization' },
];

/** What the choice of a kind says when none is chosen. */
const ANY_KIND = 'any';

interface AuditFiltersProps {
  query: AuditQuery;
  /** The platform's log can be narrowed to an organization. */
  isWholePlatform: boolean;
  onChange: (query: AuditQuery) => void;
}

/** The filters that hold, each with a way out, and the form that sets several at once. */
export function AuditFilters({ query, isWholePlatform, onChange }: AuditFiltersProps) {
  const [isOpen, setOpen] = useState(false);
  const held = (Object.keys(auditFilterLabels) as AuditFilterKey[]).filter(key => query[key] !== undefined);
  return (
    <>
      <Button icon={FilterIcon} size="small" onPress={() => setOpen(true)} aria-haspopup="dialog">
        Filter
      </Button>
      {held.map(key => (
        <Button key={key} size="small" iconEnd={CloseIcon} onPress={() => onChange({ ...query, [key]: undefined })}>
          <span className="pt-visually-hidden">Remove the filter </span>
          {`${auditFilterLabels[key]}: ${filterText(key, query[key] ?? '')}`}
        </Button>
      ))}
      {isOpen && (
        <FilterDialog
          query={query}
          isWholePlatform={isWholePlatform}
          onClose={() => setOpen(false)}
          onApply={next => {
            setOpen(false);
            onChange(next);
          }}
        />
      )}
    </>
  );
}

function filterText(key: AuditFilterKey, value: string): string {
  if (key === 'actor_type' && isActorType(value)) return actorKinds[value];
  return key === 'from' || key === 'to' ? formatInstant(new Date(value)) : value;
}

interface FilterDialogProps {
  query: AuditQuery;
  isWholePlatform: boolean;
  onClose: () => void;
  onApply: (query: AuditQuery) => void;
}

function FilterDialog({ query, isWholePlatform, onClose, onApply }: FilterDialogProps) {
  const [draft, setDraft] = useState<AuditQuery>(query);
  const [from, setFrom] = useState(toLocalInput(query.from));
  const [to, setTo] = useState(toLocalInput(query.to));
  const formId = useId();
  const isBackwards = from !== '' && to !== '' && from >= to;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isBackwards) return;
    const trimmed = Object.entries(draft).map(([key, value]) => [key, value?.trim() || undefined]);
    onApply({
      ...(Object.fromEntries(trimmed) as AuditQuery),
      // The control knows minutes; an instant nobody touched stays as exact as it was.
      from: from === toLocalInput(query.from) ? query.from : fromLocalInput(from),
      to: to === toLocalInput(query.to) ? query.to : fromLocalInput(to),
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Filter the audit log"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary">
            Show
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} noValidate>
        <Stack>
          {textFilters
            .filter(({ key }) => key !== 'organization_id' || isWholePlatform)
            .map(({ key, description }, index) => (
              <TextField
                key={key}
                label={auditFilterLabels[key]}
                description={description}
                value={draft[key] ?? ''}
                onChange={value => setDraft({ ...draft, [key]: value })}
                maxLength={FILTER_LENGTH_MAX}
                autoComplete="off"
                isMonospace
                autoFocus={index === 0}
              />
            ))}
          <Select
            label={auditFilterLabels.actor_type}
            value={draft.actor_type ?? ANY_KIND}
            onChange={value =>
              setDraft({ ...draft, ...{ actor_type: isActorType(value) ? value : undefined } } as AuditQuery)
            }
            options={[
              { value: ANY_KIND, label: 'Any' },
              ...AUDIT_ACTOR_TYPES.map(type => ({ value: type as string, label: actorKinds[type] })),
            ]}
          />
          <div className="audit-period">
            <DateTimeField label="From" value={from} onChange={setFrom} />
            <DateTimeField label="Until" value={to} onChange={setTo} />
          </div>
          <p className={isBackwards ? 'pt-field-error' : 'pt-description'} role={isBackwards ? 'alert' : undefined}>
            {isBackwards ? 'The period ends before it begins.' : 'In your own time zone.'}
          </p>
        </Stack>
      </form>
    </Dialog>
  );
}

function DateTimeField(props: { label: string; value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="pt-field">
      <label className="pt-label" htmlFor={id}>
        {props.label}
      </label>
      <div className="pt-input-frame">
        <input
          id={id}
          className="pt-input"
          type="datetime-local"
          max="9999-12-31T23:59"
          value={props.value}
          onChange={event => props.onChange(event.target.value)}
        />
      </div>
    </div>
  );
}
