import { classNames } from './class-names';
import { CheckIcon, WarningIcon } from './icons';

export interface StepperStep {
  id: string;
  label: string;
  state: 'upcoming' | 'current' | 'complete';
  /** Number of errors found in the step. */
  errorCount?: number;
  /** What was chosen there. */
  summary?: string;
}

export interface StepperProps {
  label: string;
  steps: readonly StepperStep[];
  onSelect?: (id: string) => void;
}

/** Where one is in a wizard. On phones it becomes one line: number, name and marks. */
export function Stepper({ label, steps, onSelect }: StepperProps) {
  const currentIndex = steps.findIndex(step => step.state === 'current');
  const current = steps[currentIndex];
  return (
    <nav className="pt-stepper" aria-label={label}>
      {current && (
        <p className="pt-stepper-now" aria-hidden="true">
          {`Step ${currentIndex + 1} of ${steps.length}: `}
          <strong>{current.label}</strong>
        </p>
      )}
      <ol>
        {steps.map((step, index) => (
          <li
            key={step.id}
            className={classNames('pt-step', `pt-step-${step.state}`, Boolean(step.errorCount) && 'pt-invalid')}
          >
            <button
              type="button"
              className="pt-step-button"
              aria-current={step.state === 'current' ? 'step' : undefined}
              onClick={() => onSelect?.(step.id)}
            >
              <span className="pt-step-mark" aria-hidden="true">
                {step.errorCount ? (
                  <WarningIcon size={14} />
                ) : step.state === 'complete' ? (
                  <CheckIcon size={14} />
                ) : (
                  index + 1
                )}
              </span>
              <span className="pt-step-text">
                <span className="pt-step-label">{step.label}</span>
                {step.summary && <span className="pt-step-summary">{step.summary}</span>}
              </span>
              <span className="pt-visually-hidden">{stepState(step)}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function stepState(step: StepperStep): string {
  if (step.errorCount) return step.errorCount === 1 ? ', 1 error' : `, ${step.errorCount} errors`;
  return step.state === 'complete' ? ', complete' : '';
}
