import { Link } from 'react-router-dom';
import { CircleCheckIcon, CircleIcon } from './icons';

export interface ChecklistItem {
  label: string;
  to: string;
  isDone: boolean;
}

/** Steps to take in one's own order; what is done stays to be seen. */
export function Checklist({ label, items }: { label: string; items: readonly ChecklistItem[] }) {
  return (
    <ol className="pt-checklist" aria-label={label}>
      {items.map(item => (
        <li key={item.label} className={item.isDone ? 'pt-done' : undefined}>
          {item.isDone ? <CircleCheckIcon size={18} /> : <CircleIcon size={18} />}
          <Link to={item.to}>{item.label}</Link>
          {item.isDone && <span className="pt-description">Done</span>}
        </li>
      ))}
    </ol>
  );
}
