import { Button } from './button';
import { ArrowLeftIcon, ArrowRightIcon } from './icons';

export interface PaginationProps {
  hasPrevious: boolean;
  hasNext: boolean;
  onPrevious: () => void;
  onNext: () => void;
  /** "25 shown". Keyset pages have no totals and none is invented. */
  note?: string;
  isDisabled?: boolean;
}

export function Pagination({ hasPrevious, hasNext, onPrevious, onNext, note, isDisabled }: PaginationProps) {
  if (!hasPrevious && !hasNext) return note ? <p className="pt-pagination pt-description">{note}</p> : null;
  return (
    <nav className="pt-pagination" aria-label="Pages">
      {note && <span className="pt-description pt-numeric">{note}</span>}
      <Button size="small" icon={ArrowLeftIcon} isDisabled={!hasPrevious || isDisabled} onPress={onPrevious}>
        Previous
      </Button>
      <Button size="small" iconEnd={ArrowRightIcon} isDisabled={!hasNext || isDisabled} onPress={onNext}>
        Next
      </Button>
    </nav>
  );
}
