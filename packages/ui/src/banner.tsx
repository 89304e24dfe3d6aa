import type { ReactNode } from 'react';
import { classNames } from './class-names';
import { AlertIcon, CircleXIcon, CloseIcon, InfoIcon, ClockIcon, type Icon } from './icons';

export type BannerTone = 'info' | 'notice' | 'warning' | 'failed';

export interface BannerProps {
  tone?: BannerTone;
  title?: string;
  children?: ReactNode;
  /** Buttons or links at the end. */
  actions?: ReactNode;
  onDismiss?: () => void;
  /** Announced at once; for what has just gone wrong. A banner that was there with the page needs no alarm. */
  isAlert?: boolean;
}

const ICONS: Record<BannerTone, Icon> = { info: InfoIcon, notice: ClockIcon, warning: AlertIcon, failed: CircleXIcon };
const WORDS: Record<BannerTone, string> = {
  info: 'Information',
  notice: 'Notice',
  warning: 'Warning',
  failed: 'Error',
};

export function Banner({
  tone = 'info',
  title,
  children,
  actions,
  onDismiss,
  isAlert = tone === 'failed',
}: BannerProps) {
  const Glyph = ICONS[tone];
  return (
    <div className={classNames('pt-banner', `pt-banner-${tone}`)} role={isAlert ? 'alert' : undefined}>
      <Glyph size={18} className="pt-banner-icon" />
      <div className="pt-banner-text">
        <span className="pt-visually-hidden">{`${WORDS[tone]}: `}</span>
        {title && <strong className="pt-banner-title">{title}</strong>}
        {children && <div>{children}</div>}
      </div>
      {actions && <div className="pt-banner-actions">{actions}</div>}
      {onDismiss && (
        <button type="button" className="pt-input-button" aria-label="Dismiss" onClick={onDismiss}>
          <CloseIcon size={14} />
        </button>
      )}
    </div>
  );
}
