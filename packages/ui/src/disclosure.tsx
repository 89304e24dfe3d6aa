import type { ReactNode } from 'react';
import { ChevronRightIcon } from './icons';

/** Something most people do not need, one press away. */
export function Disclosure({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details className="pt-disclosure">
      <summary>
        <ChevronRightIcon size={14} />
        {summary}
      </summary>
      <div className="pt-disclosure-body pt-stack pt-gap-tight">{children}</div>
    </details>
  );
}
