import type { ReactNode } from 'react';
import type { Icon } from './icons';

export interface EmptyStateProps {
  title: string;
  /** What would be here and why it is worth having. */
  description?: ReactNode;
  icon?: Icon;
  actions?: ReactNode;
  headingLevel?: 2 | 3;
}

export function EmptyState({ title, description, icon: Glyph, actions, headingLevel = 2 }: EmptyStateProps) {
  const Heading = `h${headingLevel}` as const;
  return (
    <div className="pt-empty">
      {Glyph && (
        <span className="pt-empty-icon">
          <Glyph size={22} />
        </span>
      )}
      <Heading className="pt-empty-title">{title}</Heading>
      {description && <div className="pt-empty-text">{description}</div>}
      {actions && <div className="pt-actions">{actions}</div>}
    </div>
  );
}
