import { useId, type ReactNode } from 'react';
import { classNames } from './class-names';
import { FieldErrorText } from './field';

export interface RadioCardOption<V extends string = string> {
  value: V;
  title: ReactNode;
  description?: ReactNode;
  /** Right end of the title line: a price, a chip. */
  aside?: ReactNode;
  /** Below the text: a slot map, a key-value list. */
  children?: ReactNode;
  /** Set when the option cannot be chosen; it stays visible, focusable and says why. */
  disabledReason?: string | null;
}

export interface RadioCardsProps<V extends string = string> {
  label: string;
  description?: ReactNode;
  error?: string | null;
  options: ReadonlyArray<RadioCardOption<V>>;
  value: V | null;
  onChange: (value: V) => void;
  /** Narrowest card; the grid fills the row with as many as fit. */
  minWidth?: 'tiny' | 'small' | 'medium' | 'large';
  isLabelHidden?: boolean;
  id?: string;
}

/**
 * Native radios inside cards: arrow keys, one tab stop and forms work as people know them. An unavailable card keeps its
 * place in the arrow order so that its reason can be reached, it only refuses to be chosen.
 */
export function RadioCards<V extends string = string>(props: RadioCardsProps<V>) {
  const generated = useId();
  const id = props.id ?? generated;
  return (
    <fieldset className="pt-fieldset" id={id} tabIndex={-1} aria-describedby={props.error ? `${id}-error` : undefined}>
      <legend className={props.isLabelHidden ? 'pt-visually-hidden' : 'pt-label'}>{props.label}</legend>
      {props.description && <div className="pt-description">{props.description}</div>}
      <div className={classNames('pt-radio-cards', `pt-min-${props.minWidth ?? 'medium'}`)}>
        {props.options.map((option, index) => (
          <label key={option.value} className={classNames('pt-radio-card', option.disabledReason && 'pt-unavailable')}>
            <input
              type="radio"
              className="pt-radio"
              name={`${id}-choice`}
              value={option.value}
              checked={props.value === option.value}
              aria-disabled={option.disabledReason ? true : undefined}
              aria-labelledby={`${id}-${index}-title`}
              aria-describedby={`${id}-${index}-more`}
              onChange={() => !option.disabledReason && props.onChange(option.value)}
            />
            <span className="pt-radio-card-body">
              <span className="pt-radio-card-head">
                <span className="pt-radio-card-title" id={`${id}-${index}-title`}>
                  {option.title}
                </span>
                {option.aside && <span className="pt-radio-card-aside">{option.aside}</span>}
              </span>
              <span id={`${id}-${index}-more`} className="pt-radio-card-more">
                {option.description && <span className="pt-description">{option.description}</span>}
                {option.disabledReason && <span className="pt-radio-card-reason">{option.disabledReason}</span>}
              </span>
              {option.children}
            </span>
          </label>
        ))}
      </div>
      <FieldErrorText id={`${id}-error`} error={props.error} />
    </fieldset>
  );
}
