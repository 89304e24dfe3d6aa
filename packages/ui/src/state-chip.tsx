import { classNames } from './class-names';
import {
  ApprovalIcon,
  CircleDashedIcon,
  CircleDotIcon,
  CircleXIcon,
  AlertIcon,
  ProgressIcon,
  type Icon,
} from './icons';
import { statusLook, type StatusFamily, type Tone } from './status';

const ICONS: Record<Tone, Icon> = {
  running: CircleDotIcon,
  progress: ProgressIcon,
  degraded: AlertIcon,
  failed: CircleXIcon,
  approval: ApprovalIcon,
  muted: CircleDashedIcon,
};

export interface StateChipProps {
  tone: Tone;
  label: string;
}

/** State is text, icon and colour together, always. */
export function StateChip({ tone, label }: StateChipProps) {
  const Glyph = ICONS[tone];
  return (
    <span className={classNames('pt-chip', `pt-tone-${tone}`)}>
      <Glyph size={14} />
      <span>{label}</span>
    </span>
  );
}

/** The chip of a contract status: `<StatusChip family="allocation" status={allocation.display_status} />`. */
export function StatusChip({ family, status }: { family: StatusFamily; status: string }) {
  return <StateChip {...statusLook(family, status)} />;
}
