import { useId, type ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { classNames } from './class-names';

export interface PanelProps {
  title?: string;
  description?: ReactNode;
  /** Right end of the title line. */
  actions?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  /** Content reaches the edges: tables, terminals, charts. */
  isFlush?: boolean;
  headingLevel?: 2 | 3 | 4;
}

/** A titled part of a page, framed by a hairline. */
export function Panel({ title, description, actions, children, footer, isFlush, headingLevel = 2 }: PanelProps) {
  const id = useId();
  const Heading = `h${headingLevel}` as const;
  return (
    <section className={classNames('pt-panel', isFlush && 'pt-flush')} aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <header className="pt-panel-head">
          <div>
            {title && (
              <Heading id={id} className="pt-panel-title">
                {title}
              </Heading>
            )}
            {description && <div className="pt-description">{description}</div>}
          </div>
          {actions && <div className="pt-actions">{actions}</div>}
        </header>
      )}
      <div className="pt-panel-body">{children}</div>
      {footer && <footer className="pt-panel-foot">{footer}</footer>}
    </section>
  );
}

export interface CardProps {
  title: ReactNode;
  /** Makes the title a link that covers the card. */
  to?: string;
  subtitle?: ReactNode;
  /** Right end of the title line: a chip, a price. */
  aside?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  isMuted?: boolean;
  headingLevel?: 2 | 3 | 4;
}

/** One thing among equals, in a `CardGrid`. */
export function Card({ title, to, subtitle, aside, children, footer, isMuted, headingLevel = 3 }: CardProps) {
  const Heading = `h${headingLevel}` as const;
  return (
    <article className={classNames('pt-card', to && 'pt-card-link', isMuted && 'pt-muted-surface')}>
      <header className="pt-card-head">
        <div className="pt-card-titles">
          <Heading className="pt-card-title">{to ? <Link to={to}>{title}</Link> : title}</Heading>
          {subtitle && <div className="pt-description">{subtitle}</div>}
        </div>
        {aside && <div className="pt-card-aside">{aside}</div>}
      </header>
      {children && <div className="pt-card-body">{children}</div>}
      {footer && <footer className="pt-card-foot">{footer}</footer>}
    </article>
  );
}

export interface CardGridProps {
  children: ReactNode;
  label?: string;
  minWidth?: 'small' | 'medium' | 'large';
}

export function CardGrid({ children, label, minWidth = 'medium' }: CardGridProps) {
  return (
    <div
      className={classNames('pt-card-grid', `pt-min-${minWidth}`)}
      role={label ? 'group' : undefined}
      aria-label={label}
    >
      {children}
    </div>
  );
}

export interface StatProps {
  label: string;
  value: ReactNode;
  hint?: ReactNode;
  to?: string;
}

/** One figure of an instrument panel; several stand in a `StatRow`. */
export function Stat({ label, value, hint, to }: StatProps) {
  return (
    <div className="pt-stat">
      <dt className="pt-stat-label">{to ? <Link to={to}>{label}</Link> : label}</dt>
      <dd className="pt-stat-value">{value}</dd>
      {hint && <dd className="pt-stat-hint">{hint}</dd>}
    </div>
  );
}

export function StatRow({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <dl className="pt-stat-row" aria-label={label}>
      {children}
    </dl>
  );
}

export interface KeyValue {
  label: string;
  value: ReactNode;
  /** Makes room where there is little, as in the bottom bar of a wizard on phones. */
  isSecondary?: boolean;
}

/** Label and value pairs; `columns` holds on wide screens only. */
export function KeyValueList({ items, columns = 1 }: { items: readonly KeyValue[]; columns?: 1 | 2 | 3 }) {
  return (
    <dl className={classNames('pt-key-values', `pt-columns-${columns}`)}>
      {items.map(item => (
        <div key={item.label} className={classNames('pt-key-value', item.isSecondary && 'pt-secondary')}>
          <dt>{item.label}</dt>
          <dd>{item.value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface StackProps {
  children: ReactNode;
  gap?: 'tight' | 'normal' | 'loose';
}

/** Vertical rhythm. */
export function Stack({ children, gap = 'normal' }: StackProps) {
  return <div className={classNames('pt-stack', `pt-gap-${gap}`)}>{children}</div>;
}

/** Horizontal group that wraps. */
export function Inline({
  children,
  gap = 'normal',
  align = 'center',
}: StackProps & { align?: 'center' | 'start' | 'between' }) {
  return <div className={classNames('pt-inline', `pt-gap-${gap}`, `pt-align-${align}`)}>{children}</div>;
}

/** Main column with a sticky rail beside it, which becomes a bar at the bottom of phones (the price of a wizard). */
export function SplitLayout({
  children,
  rail,
  railLabel,
}: {
  children: ReactNode;
  rail: ReactNode;
  railLabel: string;
}) {
  return (
    <div className="pt-split">
      <div className="pt-split-main">{children}</div>
      <aside className="pt-split-rail" aria-label={railLabel}>
        {rail}
      </aside>
    </div>
  );
}
