import { useEffect, useState } from 'react';
import { classNames } from './class-names';
import { ProgressIcon } from './icons';

export interface SpinnerProps {
  /** Announced text; null when something beside it says what is going on. */
  label?: string | null;
  size?: number;
}

export function Spinner({ label = 'Loading', size = 16 }: SpinnerProps) {
  return (
    <span className="pt-spinner" role={label ? 'status' : undefined}>
      <ProgressIcon size={size} />
      {label && <span className="pt-visually-hidden">{label}</span>}
    </span>
  );
}

export interface SkeletonProps {
  shape?: 'text' | 'title' | 'block' | 'rows' | 'cards' | 'form';
  /** Lines, rows or cards. */
  count?: number;
}

/** Grey shapes where content will be; hidden from assistive technology, the region around it says that it is busy. */
export function Skeleton({ shape = 'text', count = 1 }: SkeletonProps) {
  return (
    <div className={classNames('pt-skeleton', `pt-skeleton-${shape}`)} aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <span key={index} className="pt-skeleton-bar" />
      ))}
    </div>
  );
}

export interface ProgressProps {
  label: string;
  /** 0 to 1; absent while the end is not known. */
  value?: number;
  /** Text beside the label, such as `3 of 7` or `about 20 s`. */
  valueLabel?: string;
}

export function Progress({ label, value, valueLabel }: ProgressProps) {
  const fraction = value === undefined ? undefined : Math.min(1, Math.max(0, value));
  return (
    <div className="pt-progress">
      <div className="pt-progress-text">
        <span>{label}</span>
        {valueLabel && <span className="pt-numeric">{valueLabel}</span>}
      </div>
      <div
        className={classNames('pt-progress-track', fraction === undefined && 'pt-indeterminate')}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={fraction === undefined ? undefined : Math.round(fraction * 100)}
        aria-valuetext={valueLabel}
      >
        <div
          className="pt-progress-fill"
          style={fraction === undefined ? undefined : { width: `${fraction * 100}%` }}
        />
      </div>
    </div>
  );
}

/** True once `delayMs` have passed while `isActive`; nothing is shown for waits people do not notice. */
export function useDelayed(isActive: boolean, delayMs: number): boolean {
  const [hasPassed, setPassed] = useState(false);
  useEffect(() => {
    setPassed(false);
    if (!isActive) return;
    const timer = setTimeout(() => setPassed(true), delayMs);
    return () => clearTimeout(timer);
  }, [isActive, delayMs]);
  return isActive && hasPassed;
}
