import { useId } from 'react';

export interface SliderProps {
  label: string;
  value: number;
  max: number;
  /** What an arrow key moves it by. */
  step?: number;
  /** The value in words, for those who cannot see where it stands. */
  valueText?: string;
  onChange: (value: number) => void;
  isDisabled?: boolean;
}

/** A place on a line from nothing to `max`; arrow keys, Page Up and Down, Home and End move it. */
export function Slider({ label, value, max, step = 1, valueText, onChange, isDisabled = false }: SliderProps) {
  const id = useId();
  return (
    <span className="pt-slider">
      <label className="pt-visually-hidden" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={max}
        step={step}
        value={value}
        disabled={isDisabled}
        {...(valueText === undefined ? {} : { 'aria-valuetext': valueText })}
        onChange={event => onChange(Number(event.currentTarget.value))}
      />
    </span>
  );
}
