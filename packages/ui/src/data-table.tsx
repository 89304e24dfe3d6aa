import { createColumnHelper, flexRender, getCoreRowModel, useReactTable } from '@tanstack/react-table';
import { useMemo, type MouseEvent, type ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { Checkbox } from './choice';
import { classNames } from './class-names';
import { ArrowDownIcon, ArrowUpIcon, SortIcon } from './icons';

export interface DataColumn<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'start' | 'end';
  /** Field of the sort value (`created_at` for `-created_at`); absent when the operation cannot sort by it. */
  sortKey?: string;
  /** 1 is always shown; 2 from 1024 px, 3 from 1440 px. On phones every column of 1 and 2 becomes a line. */
  priority?: 1 | 2 | 3;
  /** Shortest sensible width for columns that must not wrap. */
  isNarrow?: boolean;
}

export interface TableSelection {
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
}

export interface DataTableProps<Row> {
  /** Names the table. */
  label: string;
  columns: ReadonlyArray<DataColumn<Row>>;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** The first column becomes the link; a press anywhere on the row follows it. */
  rowTo?: (row: Row) => string;
  onRowPress?: (row: Row) => void;
  /** Row shown in a drawer beside the table. */
  currentKey?: string | null;
  /** Sort value of the operation: a key, or `-` and a key for descending. */
  sort?: string | null;
  onSortChange?: (sort: string) => void;
  selection?: TableSelection;
  /** What a row is called, for the names of its check box: "workload". */
  rowName?: (row: Row) => string;
  /** First load: as many skeleton rows. */
  isLoading?: boolean;
  skeletonRows?: number;
  /** Old rows stay, dimmed, while new ones come. */
  isRefreshing?: boolean;
}

/** A table that turns into key-value rows under 640 px. Sorting and paging are done by whoever owns the rows. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, selection, isLoading = false, skeletonRows = 6 } = props;
  const tableColumns = useMemo(() => {
    const helper = createColumnHelper<Row>();
    return columns.map(column =>
      helper.display({ id: column.key, header: column.header, cell: ({ row }) => column.cell(row.original) }),
    );
  }, [columns]);
  const table = useReactTable({
    data: rows as Row[],
    columns: tableColumns,
    getRowId: rowKey,
    getCoreRowModel: getCoreRowModel(),
    manualSorting: true,
    manualPagination: true,
  });
  const byKey = new Map(columns.map(column => [column.key, column]));
  const keys = rows.map(rowKey);
  // The roles are written out because the phone layout changes `display`, which would take them away.
  return (
    <div
      className={classNames('pt-table-frame', props.isRefreshing && 'pt-refreshing')}
      aria-busy={isLoading || props.isRefreshing}
    >
      <table className="pt-table" role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {selection && (
              <th role="columnheader" scope="col" className="pt-cell-select">
                <SelectAll keys={keys} selection={selection} />
              </th>
            )}
            {columns.map(column => (
              <HeaderCell
                key={column.key}
                column={column}
                sort={props.sort ?? null}
                onSortChange={props.onSortChange}
              />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {isLoading
            ? Array.from({ length: skeletonRows }, (_, index) => (
                <tr key={index} role="row" className="pt-row-skeleton" aria-hidden="true">
                  {selection && <td role="cell" />}
                  {columns.map(column => (
                    <td key={column.key} role="cell" className={cellClass(column)}>
                      <span className="pt-skeleton-bar" />
                    </td>
                  ))}
                </tr>
              ))
            : table.getRowModel().rows.map(row => (
                <BodyRow key={row.id} {...props} row={row.original} id={row.id}>
                  {row.getVisibleCells().map((cell, index) => {
                    const column = byKey.get(cell.column.id);
                    const content = flexRender(cell.column.columnDef.cell, cell.getContext());
                    return (
                      <td
                        key={cell.id}
                        role="cell"
                        data-label={column?.header || undefined}
                        className={classNames(cellClass(column), index === 0 && 'pt-cell-lead')}
                      >
                        {index === 0 ? <RowLink {...props} row={row.original} content={content} /> : content}
                      </td>
                    );
                  })}
                </BodyRow>
              ))}
        </tbody>
      </table>
    </div>
  );
}

type RowProps<Row> = DataTableProps<Row> & { row: Row };

function BodyRow<Row>(props: RowProps<Row> & { id: string; children: ReactNode }) {
  const { row, id, selection, rowName, rowTo, onRowPress } = props;
  const isSelected = selection?.selected.has(id) ?? false;
  const isPressable = Boolean(rowTo ?? onRowPress);
  const follow = (event: MouseEvent<HTMLTableRowElement>) => {
    const target = event.target as HTMLElement;
    // A press on a control, or one that ends a text selection, is not meant for the row.
    if (target.closest('a, button, input, label, [role="menuitem"]') || String(getSelection()) !== '') return;
    event.currentTarget.querySelector<HTMLElement>('[data-row-link]')?.click();
  };
  const toggle = (isOn: boolean) => {
    const next = new Set(selection?.selected);
    if (isOn) next.add(id);
    else next.delete(id);
    selection?.onChange(next);
  };
  return (
    <tr
      role="row"
      data-row-key={id}
      className={classNames(
        isPressable && 'pt-row-link',
        isSelected && 'pt-row-selected',
        props.currentKey === id && 'pt-row-current',
      )}
      aria-selected={selection ? isSelected : undefined}
      onClick={isPressable ? follow : undefined}
    >
      {selection && (
        <td role="cell" className="pt-cell-select">
          <Checkbox label="" aria-label={`Select ${rowName?.(row) ?? id}`} isSelected={isSelected} onChange={toggle} />
        </td>
      )}
      {props.children}
    </tr>
  );
}

function RowLink<Row>({ row, rowTo, onRowPress, content }: RowProps<Row> & { content: ReactNode }) {
  if (rowTo) {
    return (
      <Link to={rowTo(row)} data-row-link="" className="pt-row-anchor">
        {content}
      </Link>
    );
  }
  if (onRowPress) {
    return (
      <button type="button" data-row-link="" className="pt-row-anchor" onClick={() => onRowPress(row)}>
        {content}
      </button>
    );
  }
  return <>{content}</>;
}

interface HeaderCellProps<Row> {
  column: DataColumn<Row>;
  sort: string | null;
  onSortChange: ((sort: string) => void) | undefined;
}

function HeaderCell<Row>({ column, sort, onSortChange }: HeaderCellProps<Row>) {
  const { sortKey } = column;
  const direction =
    sortKey && sort === sortKey ? 'ascending' : sortKey && sort === `-${sortKey}` ? 'descending' : undefined;
  if (!sortKey || !onSortChange) {
    return (
      <th role="columnheader" scope="col" className={cellClass(column)}>
        {column.header}
      </th>
    );
  }
  const Glyph = direction === 'ascending' ? ArrowUpIcon : direction === 'descending' ? ArrowDownIcon : SortIcon;
  const next = direction === 'descending' ? sortKey : `-${sortKey}`;
  return (
    <th role="columnheader" scope="col" className={cellClass(column)} aria-sort={direction ?? 'none'}>
      <button type="button" className="pt-sort" onClick={() => onSortChange(next)}>
        {column.header}
        <Glyph size={14} />
      </button>
    </th>
  );
}

function SelectAll({ keys, selection }: { keys: readonly string[]; selection: TableSelection }) {
  const count = keys.filter(key => selection.selected.has(key)).length;
  return (
    <Checkbox
      label=""
      aria-label="Select all rows on this page"
      isSelected={keys.length > 0 && count === keys.length}
      isIndeterminate={count > 0 && count < keys.length}
      onChange={isOn => selection.onChange(new Set(isOn ? keys : []))}
    />
  );
}

function cellClass<Row>(column: DataColumn<Row> | undefined): string {
  return classNames(
    column?.align === 'end' && 'pt-cell-end',
    column?.isNarrow && 'pt-cell-narrow',
    column?.priority && column.priority > 1 && `pt-priority-${column.priority}`,
  );
}
