import type { ReactNode } from 'react';
import { classNames } from './class-names';
import { CheckIcon, CircleDashedIcon, CircleIcon, CircleSlashIcon, CloseIcon, ProgressIcon, type Icon } from './icons';
import { statusLook } from './status';
import { formatClock, formatDuration, formatInstant } from './time';

export type TimelineStatus = 'pending' | 'active' | 'completed' | 'failed' | 'skipped' | 'cancelled';

export interface TimelineStep {
  id: string;
  label: string;
  status: TimelineStatus;
  /** RFC 3339. */
  startedAt?: string | null;
  finishedAt?: string | null;
  /** Error, expected time, attempt: whatever belongs under the step. */
  detail?: ReactNode;
}

export interface TimelineProps {
  label: string;
  steps: readonly TimelineStep[];
  /** The present, for the running step's clock; the page ticks it. */
  now?: Date;
}

const ICONS: Record<TimelineStatus, Icon> = {
  pending: CircleIcon,
  active: ProgressIcon,
  completed: CheckIcon,
  failed: CloseIcon,
  skipped: CircleDashedIcon,
  cancelled: CircleSlashIcon,
};

export function Timeline({ label, steps, now }: TimelineProps) {
  return (
    <ol className="pt-timeline" aria-label={label}>
      {steps.map(step => {
        const Glyph = ICONS[step.status];
        const look = statusLook('step', step.status);
        return (
          <li
            key={step.id}
            className={classNames('pt-timeline-step', `pt-timeline-${step.status}`, `pt-tone-${look.tone}`)}
            aria-current={step.status === 'active' ? 'step' : undefined}
          >
            <span className="pt-timeline-mark">
              <Glyph size={14} />
            </span>
            <div className="pt-timeline-body">
              <div className="pt-timeline-line">
                <span className="pt-timeline-label">{step.label}</span>
                <span className="pt-timeline-status">{look.label}</span>
                <StepTimes step={step} now={now} />
              </div>
              {step.detail && <div className="pt-timeline-detail">{step.detail}</div>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function StepTimes({ step, now }: { step: TimelineStep; now: Date | undefined }) {
  if (!step.startedAt) return null;
  const started = new Date(step.startedAt);
  const end = step.finishedAt ? new Date(step.finishedAt) : now;
  const seconds = end ? (end.getTime() - started.getTime()) / 1000 : null;
  return (
    <span className="pt-timeline-times">
      <time dateTime={step.startedAt} title={formatInstant(started)}>
        {formatClock(started)}
      </time>
      {seconds !== null && <span>{seconds < 1 ? '< 1 s' : formatDuration(seconds)}</span>}
    </span>
  );
}
