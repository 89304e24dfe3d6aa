import { useEffect, useState, type KeyboardEvent } from 'react';
import { FieldFrame, useFieldIds, type FieldProps } from './field';
import { MinusIcon, PlusIcon } from './icons';

export interface NumberFieldProps extends FieldProps {
  /** Null while the field is empty. Integers only: amounts of money are text, never numbers. */
  value: number | null;
  onChange: (value: number | null) => void;
  min?: number;
  max?: number;
  step?: number;
  suffix?: string;
}

/**
 * A spin button over a text input: `type="number"` changes with the mouse wheel and hides what it cannot parse. What is
 * typed is committed on blur or Enter, clamped to the bounds.
 */
export function NumberField(props: NumberFieldProps) {
  const { value, onChange, min = 0, max = Number.MAX_SAFE_INTEGER, step = 1, isDisabled } = props;
  const ids = useFieldIds(props);
  const [draft, setDraft] = useState(value === null ? '' : String(value));
  useEffect(() => setDraft(value === null ? '' : String(value)), [value]);

  const commit = (next: number | null) => {
    const bounded = next === null ? null : Math.min(max, Math.max(min, next));
    setDraft(bounded === null ? '' : String(bounded));
    if (bounded !== value) onChange(bounded);
  };
  const type = (text: string) => {
    const digits = text.replace(/[^\d-]/g, '');
    setDraft(digits);
    const parsed = parse(digits);
    // In-range values are live, so that a price beside the field follows; the rest waits for the commit.
    if (parsed !== null && parsed >= min && parsed <= max) onChange(parsed);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, () => number> = {
      ArrowUp: () => (value ?? min - step) + step,
      ArrowDown: () => (value ?? min + step) - step,
      PageUp: () => (value ?? min) + step * 10,
      PageDown: () => (value ?? min) - step * 10,
    };
    const move = moves[event.key];
    if (event.key === 'Enter') commit(parse(draft));
    if (!move) return;
    event.preventDefault();
    commit(move());
  };
  return (
    <FieldFrame {...props} ids={ids}>
      <div className="pt-input-frame pt-number">
        <StepButton
          label={`Decrease ${props.label}`}
          isDisabled={isDisabled || (value ?? min) <= min}
          onPress={() => commit((value ?? min) - step)}
        >
          <MinusIcon size={14} />
        </StepButton>
        <input
          id={ids.id}
          name={props.name}
          className="pt-input pt-numeric"
          role="spinbutton"
          inputMode="numeric"
          autoComplete="off"
          value={draft}
          onChange={event => type(event.target.value)}
          onBlur={() => commit(parse(draft))}
          onKeyDown={onKeyDown}
          disabled={isDisabled}
          aria-valuenow={value ?? undefined}
          aria-valuemin={min}
          aria-valuemax={max === Number.MAX_SAFE_INTEGER ? undefined : max}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={ids.describedBy}
        />
        {props.suffix && <span className="pt-affix">{props.suffix}</span>}
        <StepButton
          label={`Increase ${props.label}`}
          isDisabled={isDisabled || (value ?? min) >= max}
          onPress={() => commit((value ?? min - step) + step)}
        >
          <PlusIcon size={14} />
        </StepButton>
      </div>
    </FieldFrame>
  );
}

interface StepButtonProps {
  label: string;
  isDisabled: boolean | undefined;
  onPress: () => void;
  children: JSX.Element;
}

/** Out of the tab order: the arrow keys of the input do the same. */
function StepButton({ label, isDisabled, onPress, children }: StepButtonProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className="pt-input-button"
      aria-label={label}
      disabled={isDisabled}
      onClick={onPress}
    >
      {children}
    </button>
  );
}

function parse(text: string): number | null {
  const value = Number.parseInt(text, 10);
  return Number.isSafeInteger(value) ? value : null;
}
