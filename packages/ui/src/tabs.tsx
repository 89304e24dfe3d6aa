import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Link, NavLink, useLocation } from 'react-router-dom';
import { classNames } from './class-names';

export interface TabItem {
  to: string;
  label: string;
  count?: number;
  /** The path must match exactly; for the first tab, whose path begins the others. */
  isExact?: boolean;
  /** Said by the page where the query tells the tabs apart, not the path. */
  isCurrent?: boolean;
}

export interface TabsProps {
  label: string;
  items: readonly TabItem[];
}

/** Tabs are routes: links in a navigation landmark, the current one marked `aria-current="page"`. */
export function Tabs({ label, items }: TabsProps) {
  const row = useRef<HTMLElement>(null);
  const { pathname, search } = useLocation();
  useEffect(() => showCurrent(row.current), [pathname, search]);
  return (
    <nav className="pt-tabs" aria-label={label} ref={row}>
      <ul>
        {items.map(item => (
          <li key={item.to}>
            <TabLink item={item}>
              {item.label}
              {item.count !== undefined && <span className="pt-count">{item.count}</span>}
            </TabLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Where not all tabs fit, such as on a phone, the row begins with the first: the one that is open may be further on. Moves nothing but the row. */
function showCurrent(row: HTMLElement | null): void {
  const current = row?.querySelector('[aria-current="page"]');
  if (row === null || current === null || current === undefined) return;
  const [outer, inner] = [row.getBoundingClientRect(), current.getBoundingClientRect()];
  row.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
}

function TabLink({ item, children }: { item: TabItem; children: ReactNode }) {
  const { to, isExact = false, isCurrent } = item;
  if (isCurrent !== undefined) {
    return (
      <Link to={to} className={classNames('pt-tab', isCurrent && 'pt-current')} aria-current={isCurrent && 'page'}>
        {children}
      </Link>
    );
  }
  return (
    <NavLink to={to} end={isExact} className={({ isActive }) => classNames('pt-tab', isActive && 'pt-current')}>
      {children}
    </NavLink>
  );
}

export interface SegmentedControlProps<V extends string = string> {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: ReadonlyArray<{ value: V; label: string }>;
}

/** Two to four ways to look at the same thing; one tab stop, arrow keys. */
export function SegmentedControl<V extends string = string>({
  label,
  value,
  onChange,
  options,
}: SegmentedControlProps<V>) {
  const name = useId();
  return (
    <fieldset className="pt-segments">
      <legend className="pt-visually-hidden">{label}</legend>
      {options.map(option => (
        <label key={option.value} className="pt-segment">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={value === option.value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
