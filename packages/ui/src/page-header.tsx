import { createContext, useContext, useEffect, type ReactNode } from 'react';
import { Breadcrumbs, type Crumb } from './breadcrumbs';
import { Menu, type MenuSection } from './menu';

/** Product name for document titles; white-label, so the shell provides it. */
export const AppTitleContext = /* @__PURE__ */ createContext('Portico');

/** Sets `document.title` to "title · app"; a live page puts its state first ("Completed · Launch"). */
export function useDocumentTitle(title: string): void {
  const appTitle = useContext(AppTitleContext);
  useEffect(() => {
    document.title = title ? `${title} · ${appTitle}` : appTitle;
  }, [title, appTitle]);
}

export interface PageHeaderProps {
  title: string;
  /** Defaults to `title`. */
  documentTitle?: string;
  breadcrumbs?: readonly Crumb[];
  /** A `StatusChip`. */
  chip?: ReactNode;
  description?: ReactNode;
  /** The one primary action. */
  primaryAction?: ReactNode;
  /** Shown beside it when there is a second action people need as often; the rest belongs in `menu`. */
  secondaryAction?: ReactNode;
  menu?: readonly MenuSection[];
  menuLabel?: string;
  /** Tabs. */
  children?: ReactNode;
}

/** Name, state, one primary action, the rest in a menu: the same on every page. The heading takes focus after navigation. */
export function PageHeader(props: PageHeaderProps) {
  const { title, breadcrumbs, chip, description, primaryAction, secondaryAction, menu, children } = props;
  useDocumentTitle(props.documentTitle ?? title);
  return (
    <header className="pt-page-header">
      {breadcrumbs && breadcrumbs.length > 0 && <Breadcrumbs items={breadcrumbs} />}
      <div className="pt-page-header-line">
        <div className="pt-page-title-group">
          <h1 className="pt-page-title" tabIndex={-1} data-page-title="">
            {title}
          </h1>
          {chip}
        </div>
        {(primaryAction || secondaryAction || menu) && (
          <div className="pt-actions">
            {secondaryAction}
            {primaryAction}
            {menu && menu.some(section => section.items.length > 0) && (
              <Menu label={props.menuLabel ?? 'More actions'} sections={menu} variant="secondary" />
            )}
          </div>
        )}
      </div>
      {description && <div className="pt-page-description">{description}</div>}
      {children}
    </header>
  );
}
