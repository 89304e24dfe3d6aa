import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { useLocation } from 'react-router-dom';
import { Button } from './button';
import { DataTable, type DataColumn, type DataTableProps } from './data-table';
import type { EmptyStateProps } from './empty-state';
import { ArrowUpIcon, FilterIcon } from './icons';
import { recallList, rememberList } from './list-memory';
import { isNarrowed } from './list-url-state';
import { PageHeader, type PageHeaderProps } from './page-header';
import { failureRendering, PageState, type RequestFailure } from './page-state';
import { Pagination } from './pagination';
import { Banner } from './banner';
import { SearchField } from './search-field';
import { Select, type SelectOption } from './select';
import type { ListUrl } from './use-list-url-state';

export interface ListFilter<F extends string> {
  key: F;
  label: string;
  options: readonly SelectOption[];
  /** Label of the choice that filters nothing: "Any status". */
  anyLabel?: string;
}

export interface ListPageProps<Row, F extends string> {
  /** Absent where the list stands under a tab of another page. */
  header?: PageHeaderProps;
  /** Names the table. */
  label: string;
  list: ListUrl<F>;
  filters?: ReadonlyArray<ListFilter<F>>;
  /** Own filter controls, after the others. */
  extraFilters?: ReactNode;
  searchLabel?: string;
  columns: ReadonlyArray<DataColumn<Row>>;
  /** Undefined until the first answer. */
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  rowTo?: (row: Row) => string;
  onRowPress?: (row: Row) => void;
  currentKey?: string | null;
  rowName?: DataTableProps<Row>['rowName'];
  selection?: DataTableProps<Row>['selection'];
  /** Shown in place of the filters while rows are selected. */
  bulkActions?: ReactNode;
  nextCursor?: string | null;
  isRefreshing?: boolean;
  failure?: RequestFailure | null;
  onRetry?: () => void;
  empty: Omit<EmptyStateProps, 'headingLevel'>;
  /** Rows that arrived since; a pill offers them, so that nothing moves under the pointer. */
  newCount?: number;
  onShowNew?: () => void;
  /** Right end of the filter row: CSV download, columns. */
  toolbar?: ReactNode;
  /** Between the header and the list: banners, figures. */
  children?: ReactNode;
}

/** One page for every list: the URL holds filters, search, sort and page, and returning restores scroll and focus. */
export function ListPage<Row, F extends string>(props: ListPageProps<Row, F>) {
  const { header, list, rows, filters = [], newCount = 0, failure, onRetry } = props;
  const table = useRef<HTMLDivElement>(null);
  const remember = useListReturn(table, rows !== undefined);
  const selectedCount = props.selection?.selected.size ?? 0;
  // Where there is nothing at all, there is nothing to narrow and nothing to download.
  const isBare = rows?.length === 0 && !isNarrowed(list) && !list.hasPrevious;
  const hasControls = filters.length > 0 || list.schema.search !== undefined || props.extraFilters || props.toolbar;
  const hasFilterRow = hasControls && !isBare;
  return (
    <div className="pt-list-page">
      {/* The empty state offers the way on; a second button for it would be one too many. */}
      {header && <PageHeader {...header} primaryAction={isBare ? undefined : header.primaryAction} />}
      {props.children}
      {hasFilterRow && (
        <div className="pt-filter-row">
          {selectedCount > 0 && props.bulkActions ? (
            <div className="pt-bulk" role="group" aria-label="Actions on the selected rows">
              <strong className="pt-numeric">{`${selectedCount} selected`}</strong>
              {props.bulkActions}
            </div>
          ) : (
            <>
              {list.schema.search !== undefined && (
                <SearchField label={props.searchLabel ?? 'Search'} value={list.search} onChange={list.setSearch} />
              )}
              {filters.map(filter => (
                <Select
                  key={filter.key}
                  label={filter.label}
                  isLabelHidden
                  isClearable
                  placeholder={filter.anyLabel ?? `Any ${filter.label.toLowerCase()}`}
                  value={list.filter(filter.key) ?? ''}
                  options={filter.options}
                  onChange={value => list.setFilter(filter.key, value === '' ? null : value)}
                />
              ))}
              {props.extraFilters}
              {isNarrowed(list) && (
                <Button variant="quiet" size="small" onPress={list.clear}>
                  Clear
                </Button>
              )}
            </>
          )}
          {props.toolbar && <div className="pt-filter-end">{props.toolbar}</div>}
        </div>
      )}
      {newCount > 0 && (
        <div className="pt-new-pill" role="status">
          <Button size="small" icon={ArrowUpIcon} onPress={props.onShowNew}>
            {`${newCount} new`}
          </Button>
        </div>
      )}
      {failure && rows && (
        <Banner
          tone="warning"
          title="Not up to date"
          actions={
            onRetry && (
              <Button size="small" onPress={onRetry}>
                Try again
              </Button>
            )
          }
        >
          {failure.message ?? 'The list could not be refreshed; these rows may be old.'}
        </Banner>
      )}
      <div ref={table} onClickCapture={event => remember(event.target as HTMLElement)}>
        <ListBody {...props} />
      </div>
      {rows && rows.length > 0 && (
        <Pagination
          hasPrevious={list.hasPrevious}
          hasNext={Boolean(props.nextCursor)}
          onPrevious={list.goPrevious}
          onNext={() => props.nextCursor && list.goNext(props.nextCursor)}
          note={`${rows.length} shown`}
          isDisabled={props.isRefreshing}
        />
      )}
    </div>
  );
}

function ListBody<Row, F extends string>(props: ListPageProps<Row, F>) {
  const { list, rows, failure, onRetry } = props;
  if (failure && !rows) return <PageState state={failureRendering(failure, { onRetry })} />;
  if (rows?.length === 0) {
    if (!isNarrowed(list) && !list.hasPrevious) return <PageState state={{ kind: 'empty', ...props.empty }} />;
    return (
      <PageState
        state={{
          kind: 'empty',
          icon: FilterIcon,
          title: 'Nothing matches',
          description: list.hasPrevious ? 'This page is empty.' : 'No entry fits the filters and the search.',
          actions: (
            <Button onPress={list.hasPrevious ? list.goPrevious : list.clear}>
              {list.hasPrevious ? 'Previous page' : 'Clear filters'}
            </Button>
          ),
        }}
      />
    );
  }
  return (
    <DataTable
      label={props.label}
      columns={props.columns}
      rows={rows ?? []}
      rowKey={props.rowKey}
      rowTo={props.rowTo}
      onRowPress={props.onRowPress}
      currentKey={props.currentKey}
      rowName={props.rowName}
      selection={props.selection}
      sort={list.sort}
      onSortChange={list.setSort}
      isLoading={rows === undefined}
      isRefreshing={props.isRefreshing && rows !== undefined}
    />
  );
}

/** Remembers where the list was left and, on the way back, puts scroll and focus there again. */
function useListReturn(table: RefObject<HTMLDivElement>, hasRows: boolean): (target: HTMLElement) => void {
  const { pathname, search } = useLocation();
  const isRestored = useRef(false);

  useEffect(() => {
    // Filters live on in the breadcrumb of the detail page; the place is only worth keeping while they stay the same.
    const memory = recallList(pathname);
    if (memory?.search !== search) rememberList(pathname, { search, scrollY: 0, rowKey: null });
  }, [pathname, search]);

  useEffect(() => {
    if (!hasRows || isRestored.current) return;
    isRestored.current = true;
    const memory = recallList(pathname);
    if (!memory || memory.search !== search || memory.rowKey === null) return;
    const rows = table.current?.querySelectorAll<HTMLElement>('[data-row-key]') ?? [];
    const row = [...rows].find(candidate => candidate.dataset.rowKey === memory.rowKey);
    row?.querySelector<HTMLElement>('[data-row-link]')?.focus({ preventScroll: true });
    window.scrollTo({ top: memory.scrollY });
    rememberList(pathname, { search, scrollY: 0, rowKey: null });
  }, [hasRows, pathname, search, table]);

  return target => {
    const rowKey = target.closest<HTMLElement>('[data-row-key]')?.dataset.rowKey ?? null;
    if (rowKey === null || !target.closest('[data-row-link]')) return;
    rememberList(pathname, { search, scrollY: window.scrollY, rowKey });
  };
}
