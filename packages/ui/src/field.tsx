import { useId, type ReactNode } from 'react';
import { classNames } from './class-names';
import { WarningIcon } from './icons';

/** What every form control shares. Names and errors are strings on purpose: they are also announced. */
export interface FieldProps {
  label: string;
  description?: ReactNode;
  /** What is wrong and how to put it right; its presence marks the control invalid. */
  error?: string | null;
  isRequired?: boolean;
  isDisabled?: boolean;
  /** The label stays for assistive technology only. */
  isLabelHidden?: boolean;
  name?: string;
  /** For links from an error summary; generated otherwise. */
  id?: string;
}

export interface FieldIds {
  id: string;
  describedBy: string | undefined;
}

export function useFieldIds(field: Pick<FieldProps, 'id' | 'description' | 'error'>): FieldIds {
  const generated = useId();
  const id = field.id ?? generated;
  const parts = [field.description ? `${id}-description` : null, field.error ? `${id}-error` : null].filter(Boolean);
  return { id, describedBy: parts.length > 0 ? parts.join(' ') : undefined };
}

interface FieldFrameProps extends FieldProps {
  ids: FieldIds;
  children: ReactNode;
  /** Right end of the label line: a counter, a link. */
  labelEnd?: ReactNode;
}

/** Label above, description under it, control, error below with an icon: the same places everywhere. */
export function FieldFrame({
  ids,
  label,
  description,
  error,
  isRequired,
  isLabelHidden,
  children,
  labelEnd,
}: FieldFrameProps) {
  return (
    <div className={classNames('pt-field', error && 'pt-invalid')}>
      <div className={classNames('pt-field-label-line', isLabelHidden && 'pt-visually-hidden')}>
        <label className="pt-label" htmlFor={ids.id}>
          {label}
          {isRequired === false && <span className="pt-optional"> (optional)</span>}
        </label>
        {labelEnd}
      </div>
      {description && (
        <div className="pt-description" id={`${ids.id}-description`}>
          {description}
        </div>
      )}
      {children}
      <FieldErrorText id={`${ids.id}-error`} error={error} />
    </div>
  );
}

export function FieldErrorText({ id, error }: { id: string; error: string | null | undefined }) {
  if (!error) return null;
  return (
    <div className="pt-field-error" id={id}>
      <WarningIcon size={14} />
      <span>{error}</span>
    </div>
  );
}
