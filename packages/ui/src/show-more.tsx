import { Button } from './button';

export interface ShowMoreProps {
  /** Rows that come page by page; the answer of a query with pages has this shape. */
  of: { readonly hasNextPage: boolean; readonly isFetchingNextPage: boolean; fetchNextPage(): unknown };
}

/** Below a list that grows: the next rows, while there are any. In a flush panel it stands in a row of its own. */
export function ShowMore({ of: { hasNextPage, isFetchingNextPage, fetchNextPage } }: ShowMoreProps) {
  if (!hasNextPage) return null;
  return (
    <div className="pt-show-more">
      <Button size="small" onPress={() => void fetchNextPage()} isPending={isFetchingNextPage}>
        Show more
      </Button>
    </div>
  );
}
