import { FieldFrame, useFieldIds, type FieldProps } from './field';
import { ChevronDownIcon } from './icons';

export interface SelectOption<V extends string = string> {
  value: V;
  label: string;
  isDisabled?: boolean;
}

export interface SelectProps<V extends string = string> extends FieldProps {
  value: V | '';
  onChange: (value: V) => void;
  options: ReadonlyArray<SelectOption<V>>;
  /** Shown while nothing is chosen; with `isClearable` it can be chosen again and gives ''. */
  placeholder?: string;
  isClearable?: boolean;
}

/** The platform's own select: the best list there is on phones and with a keyboard, at no cost. */
export function Select<V extends string = string>(props: SelectProps<V>) {
  const { value, onChange, options, placeholder, isClearable, isDisabled } = props;
  const ids = useFieldIds(props);
  return (
    <FieldFrame {...props} ids={ids}>
      <div className="pt-input-frame pt-select">
        <select
          id={ids.id}
          name={props.name}
          className="pt-input"
          value={value}
          onChange={event => onChange(event.target.value as V)}
          disabled={isDisabled}
          required={props.isRequired}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={ids.describedBy}
        >
          {(placeholder !== undefined || value === '') && (
            <option value="" disabled={!isClearable}>
              {placeholder ?? 'Choose…'}
            </option>
          )}
          {options.map(option => (
            <option key={option.value} value={option.value} disabled={option.isDisabled}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDownIcon size={16} className="pt-select-arrow" />
      </div>
    </FieldFrame>
  );
}
