import { Link } from 'react-router-dom';
import { rememberedListUrl } from './list-memory';

export interface Crumb {
  label: string;
  /** A list is returned to as it was left, filters and all. The last crumb has no link. */
  to?: string;
}

export function Breadcrumbs({ items }: { items: readonly Crumb[] }) {
  return (
    <nav className="pt-breadcrumbs" aria-label="Breadcrumb">
      <ol>
        {items.map((crumb, index) => (
          <li key={`${crumb.label}-${index}`}>
            {crumb.to ? (
              <Link to={rememberedListUrl(crumb.to)}>{crumb.label}</Link>
            ) : (
              <span aria-current="page">{crumb.label}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
