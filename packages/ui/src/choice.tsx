import { useEffect, useId, useRef, type ReactNode } from 'react';
import { FieldErrorText } from './field';

export interface CheckboxProps {
  label: ReactNode;
  description?: ReactNode;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  isIndeterminate?: boolean;
  isDisabled?: boolean;
  error?: string | null;
  name?: string;
  id?: string;
  /** For a box without visible text, as in table rows. */
  'aria-label'?: string;
}

export function Checkbox(props: CheckboxProps) {
  const generated = useId();
  const id = props.id ?? generated;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = props.isIndeterminate ?? false;
  }, [props.isIndeterminate]);
  return (
    <div className="pt-choice-field">
      <label className="pt-choice">
        <input
          ref={input}
          id={id}
          name={props.name}
          type="checkbox"
          className="pt-box"
          checked={props.isSelected}
          disabled={props.isDisabled}
          onChange={event => props.onChange(event.target.checked)}
          aria-label={props['aria-label']}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={props.error ? `${id}-error` : undefined}
        />
        <ChoiceText label={props.label} description={props.description} />
      </label>
      <FieldErrorText id={`${id}-error`} error={props.error} />
    </div>
  );
}

export interface CheckboxOption {
  value: string;
  label: ReactNode;
  description?: ReactNode;
  isDisabled?: boolean;
}

export interface CheckboxGroupProps {
  label: string;
  description?: ReactNode;
  error?: string | null;
  options: readonly CheckboxOption[];
  value: readonly string[];
  onChange: (value: string[]) => void;
  isLabelHidden?: boolean;
  id?: string;
}

export function CheckboxGroup(props: CheckboxGroupProps) {
  const generated = useId();
  const id = props.id ?? generated;
  const toggle = (value: string, isSelected: boolean) =>
    props.onChange(isSelected ? [...props.value, value] : props.value.filter(other => other !== value));
  return (
    <fieldset className="pt-fieldset" id={id} tabIndex={-1} aria-describedby={props.error ? `${id}-error` : undefined}>
      <legend className={props.isLabelHidden ? 'pt-visually-hidden' : 'pt-label'}>{props.label}</legend>
      {props.description && <div className="pt-description">{props.description}</div>}
      <div className="pt-choice-list">
        {props.options.map(option => (
          <Checkbox
            key={option.value}
            label={option.label}
            description={option.description}
            isDisabled={option.isDisabled}
            isSelected={props.value.includes(option.value)}
            onChange={isSelected => toggle(option.value, isSelected)}
          />
        ))}
      </div>
      <FieldErrorText id={`${id}-error`} error={props.error} />
    </fieldset>
  );
}

export interface SwitchProps {
  label: ReactNode;
  description?: ReactNode;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  isDisabled?: boolean;
}

/** For something that takes effect at once; a form value that is submitted later is a checkbox. */
export function Switch(props: SwitchProps) {
  return (
    <label className="pt-choice">
      <input
        type="checkbox"
        role="switch"
        className="pt-switch"
        checked={props.isSelected}
        disabled={props.isDisabled}
        onChange={event => props.onChange(event.target.checked)}
      />
      <ChoiceText label={props.label} description={props.description} />
    </label>
  );
}

function ChoiceText({ label, description }: { label: ReactNode; description: ReactNode }) {
  return (
    <span className="pt-choice-text">
      {label && <span className="pt-choice-label">{label}</span>}
      {description && <span className="pt-description">{description}</span>}
    </span>
  );
}
