import { forwardRef, useState, type HTMLInputAutoCompleteAttribute } from 'react';
import { classNames } from './class-names';
import { FieldFrame, useFieldIds, type FieldProps } from './field';
import { EyeIcon, EyeOffIcon } from './icons';

export interface TextFieldProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  /** `password` brings a button that shows what was typed; pasting is always allowed. */
  type?: 'text' | 'email' | 'password' | 'url' | 'tel';
  placeholder?: string;
  autoComplete?: HTMLInputAutoCompleteAttribute;
  autoFocus?: boolean;
  maxLength?: number;
  isReadOnly?: boolean;
  /** Ids, keys and amounts are read character by character. */
  isMonospace?: boolean;
  inputMode?: 'text' | 'email' | 'url' | 'numeric' | 'decimal';
  /** Unit or symbol inside the frame. */
  prefix?: string;
  suffix?: string;
}

export const TextField = /* @__PURE__ */ forwardRef<HTMLInputElement, TextFieldProps>(function TextField(props, ref) {
  const { value, onChange, onBlur, type = 'text', error, isDisabled, isRequired, prefix, suffix } = props;
  const ids = useFieldIds(props);
  const [isShown, setShown] = useState(false);
  return (
    <FieldFrame {...props} ids={ids}>
      <div className="pt-input-frame">
        {prefix && <span className="pt-affix">{prefix}</span>}
        <input
          ref={ref}
          id={ids.id}
          name={props.name}
          className={classNames('pt-input', props.isMonospace && 'pt-mono')}
          type={type === 'password' && isShown ? 'text' : type}
          value={value}
          onChange={event => onChange(event.target.value)}
          onBlur={onBlur}
          placeholder={props.placeholder}
          autoComplete={props.autoComplete}
          autoFocus={props.autoFocus}
          autoCapitalize={type === 'text' ? undefined : 'none'}
          spellCheck={type === 'text' && !props.isMonospace ? undefined : false}
          maxLength={props.maxLength}
          readOnly={props.isReadOnly}
          inputMode={props.inputMode}
          disabled={isDisabled}
          required={isRequired}
          aria-invalid={error ? true : undefined}
          aria-describedby={ids.describedBy}
        />
        {suffix && <span className="pt-affix">{suffix}</span>}
        {type === 'password' && (
          <button
            type="button"
            className="pt-input-button"
            aria-label={isShown ? 'Hide password' : 'Show password'}
            aria-pressed={isShown}
            aria-controls={ids.id}
            onClick={() => setShown(!isShown)}
          >
            {isShown ? <EyeOffIcon size={16} /> : <EyeIcon size={16} />}
          </button>
        )}
      </div>
    </FieldFrame>
  );
});

export interface TextAreaProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  rows?: number;
  placeholder?: string;
  maxLength?: number;
  isMonospace?: boolean;
  autoFocus?: boolean;
}

export const TextArea = /* @__PURE__ */ forwardRef<HTMLTextAreaElement, TextAreaProps>(function TextArea(props, ref) {
  const ids = useFieldIds(props);
  const { maxLength, value } = props;
  const counter = maxLength ? (
    <span className="pt-description pt-numeric">{`${value.length} / ${maxLength}`}</span>
  ) : null;
  return (
    <FieldFrame {...props} ids={ids} labelEnd={counter}>
      <div className="pt-input-frame">
        <textarea
          ref={ref}
          id={ids.id}
          name={props.name}
          className={classNames('pt-input', 'pt-textarea', props.isMonospace && 'pt-mono')}
          rows={props.rows ?? 4}
          value={value}
          onChange={event => props.onChange(event.target.value)}
          onBlur={props.onBlur}
          placeholder={props.placeholder}
          maxLength={maxLength}
          autoFocus={props.autoFocus}
          spellCheck={props.isMonospace ? false : undefined}
          disabled={props.isDisabled}
          required={props.isRequired}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={ids.describedBy}
        />
      </div>
    </FieldFrame>
  );
});
