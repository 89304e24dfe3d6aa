import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { Link, NavLink, useLocation, useNavigationType } from 'react-router-dom';
import { IconButton } from './button';
import { classNames } from './class-names';
import { Sheet } from './dialog';
import { MenuIcon, type Icon } from './icons';
import { AppTitleContext } from './page-header';
import { ToastRegion } from './toast';

export interface NavItem {
  to: string;
  label: string;
  icon: Icon;
  /** Matches its own path only; for `/`. */
  isExact?: boolean;
  /** Things waiting for a person. */
  count?: number;
}

export interface NavGroup {
  /** Absent for the first group. */
  title?: string;
  items: readonly NavItem[];
}

export interface AppFrameProps {
  /** White-label product name: mark, document titles. */
  appTitle: string;
  nav: readonly NavGroup[];
  /** Top bar, start: project selector. */
  topStart?: ReactNode;
  /** Top bar, end: balance, theme, account. */
  topEnd?: ReactNode;
  /** Above every page: balance and support banners. */
  banner?: ReactNode;
  /** Bottom of the navigation. */
  navFooter?: ReactNode;
  children: ReactNode;
}

/** The shell: sidebar, a rail of icons under 1024 px, a sheet under 640 px. */
export function AppFrame(props: AppFrameProps) {
  const { appTitle, nav, topStart, topEnd, banner, navFooter, children } = props;
  const [isSheetOpen, setSheetOpen] = useState(false);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  useEffect(() => setSheetOpen(false), [pathname]);
  usePageFocus(main, pathname);
  return (
    <AppTitleContext.Provider value={appTitle}>
      <a className="pt-skip" href="#main" onClick={() => main.current?.focus()}>
        Skip to content
      </a>
      <div className="pt-frame">
        <aside className="pt-sidebar">
          <Mark appTitle={appTitle} />
          <Navigation nav={nav} label="Main" />
          {navFooter && <div className="pt-nav-footer">{navFooter}</div>}
        </aside>
        <div className="pt-frame-body">
          <header className="pt-topbar">
            <div className="pt-topbar-menu">
              <IconButton
                label="Open navigation"
                icon={MenuIcon}
                aria-haspopup="dialog"
                aria-expanded={isSheetOpen}
                onPress={() => setSheetOpen(true)}
              />
            </div>
            <div className="pt-topbar-start">{topStart}</div>
            <div className="pt-topbar-end">{topEnd}</div>
          </header>
          {banner && <div className="pt-frame-banner">{banner}</div>}
          <main ref={main} id="main" className="pt-main" tabIndex={-1}>
            {children}
          </main>
        </div>
      </div>
      <Sheet isOpen={isSheetOpen} onClose={() => setSheetOpen(false)} title={appTitle}>
        <Navigation nav={nav} label="Main" />
        {navFooter}
      </Sheet>
      <ToastRegion />
    </AppTitleContext.Provider>
  );
}

function Mark({ appTitle }: { appTitle: string }) {
  return (
    <Link to="/" className="pt-mark" aria-label={`${appTitle}, home`}>
      <AppMark />
      <span className="pt-mark-text">{appTitle}</span>
    </Link>
  );
}

/** Three columns under a lintel: a portico, and four slots of a node. */
export function AppMark({ size = 22 }: { size?: number }) {
  return (
    <svg className="pt-mark-glyph" width={size} height={size} viewBox="0 0 22 22" aria-hidden="true">
      <path d="M2 3h18v3H2zM3 8h3v11H3zM9.5 8h3v11h-3zM16 8h3v11h-3z" fill="currentColor" />
    </svg>
  );
}

function Navigation({ nav, label }: { nav: readonly NavGroup[]; label: string }) {
  return (
    <nav className="pt-nav" aria-label={label}>
      {nav.map((group, index) => (
        <div key={group.title ?? index} className="pt-nav-group" role="group" aria-label={group.title}>
          {group.title && <div className="pt-nav-title">{group.title}</div>}
          <ul>
            {group.items.map(({ to, label: text, icon: Glyph, isExact, count }) => (
              <li key={to}>
                <NavLink
                  to={to}
                  end={isExact ?? to === '/'}
                  title={text}
                  className={({ isActive }) => classNames('pt-nav-item', isActive && 'pt-current')}
                >
                  <Glyph size={18} />
                  <span className="pt-nav-label">{text}</span>
                  {count !== undefined && count > 0 && <span className="pt-count">{count}</span>}
                </NavLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/**
 * A screen reader is told of a new page by focus, so the main region takes it after a navigation. A list that knows the
 * row one came from has taken it already, and a tab that was pressed keeps it; the first load leaves it alone.
 */
function usePageFocus(main: RefObject<HTMLElement>, pathname: string): void {
  const arrival = useNavigationType();
  const previous = useRef(pathname);
  useEffect(() => {
    if (previous.current === pathname) return;
    previous.current = pathname;
    const focused = document.activeElement;
    if (arrival === 'POP' || (focused !== main.current && main.current?.contains(focused))) return;
    window.scrollTo({ top: 0 });
    main.current?.focus({ preventScroll: true });
  }, [pathname, arrival, main]);
}
