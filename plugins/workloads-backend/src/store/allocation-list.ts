import {
  containsPattern,
  cutPage,
  decodeCursor,
  encodeCursor,
  type Parameter,
  placeholders,
  type Queries,
} from '@portico/plugin-kit/backend';
import type { AllocationSort, AllocationStatus } from '@portico/plugin-workloads/contract';
import type { Allocation } from '../domain/allocation';
import { type AllocationRow, fromRow } from './allocation-row';

export interface AllocationFilter {
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly skuId?: string | undefined;
  readonly userId?: string | undefined;
  readonly nodeId?: string | undefined;
  readonly batchId?: string | undefined;
  /** With the organization: tags are looked up in it. */
  readonly tag?: { readonly key: string; readonly value: string } | undefined;
  /** Undefined: any. */
  readonly statuses?: readonly AllocationStatus[] | undefined;
  readonly search?: string | undefined;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface AllocationPage {
  readonly allocations: readonly Allocation[];
  readonly nextCursor: string | null;
}

/** Column and direction of every sort; the id makes each position unique. */
const sorts = {
  '-created_at': { column: 'created_at', type: 'number', direction: 'DESC', beyond: '<' },
  created_at: { column: 'created_at', type: 'number', direction: 'ASC', beyond: '>' },
  name: { column: 'search_text', type: 'string', direction: 'ASC', beyond: '>' },
  '-name': { column: 'search_text', type: 'string', direction: 'DESC', beyond: '<' },
} as const satisfies Record<AllocationSort, object>;

/** One page by keyset: the deepest costs as much as the first. */
export async function listAllocations(
  queries: Queries,
  filter: AllocationFilter,
  page: PageRequest & { readonly sort: AllocationSort },
): Promise<AllocationPage> {
  const sort = sorts[page.sort];
  const list = `allocations ${page.sort}`;
  const { conditions, parameters } = conditionsOf(filter);
  if (page.cursor !== undefined) {
    conditions.push(`(${sort.column}, allocation_id) ${sort.beyond} (?, ?)`);
    parameters.push(...decodeCursor(list, page.cursor, [sort.type, 'string']));
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = await queries.all<AllocationRow>(
    `SELECT * FROM workloads_allocations ${where} ORDER BY ${sort.column} ${sort.direction}, allocation_id ${sort.direction} LIMIT ?`,
    [...parameters, page.limit + 1],
  );
  const { shown, nextCursor } = cutPage(rows, page.limit, last =>
    encodeCursor(list, [last[sort.column], last.allocation_id]),
  );
  return { allocations: shown.map(fromRow), nextCursor };
}

function conditionsOf(filter: AllocationFilter): { conditions: string[]; parameters: Parameter[] } {
  const conditions: string[] = [];
  const parameters: Parameter[] = [];
  const equal = {
    organization_id: filter.organizationId,
    project_id: filter.projectId,
    sku_id: filter.skuId,
    user_id: filter.userId,
    node_id: filter.nodeId,
    batch_id: filter.batchId,
  };
  for (const [column, value] of Object.entries(equal)) {
    if (value === undefined) continue;
    conditions.push(`${column} = ?`);
    parameters.push(value);
  }
  if (filter.statuses !== undefined) {
    // Two filters that exclude each other leave no status, and so no row.
    conditions.push(filter.statuses.length === 0 ? '1 = 0' : `status IN (${placeholders(filter.statuses.length)})`);
    parameters.push(...filter.statuses);
  }
  if (filter.tag !== undefined) {
    conditions.push(
      'allocation_id IN (SELECT allocation_id FROM workloads_allocation_tags WHERE organization_id = ? AND tag_key = ? AND tag_value = ?)',
    );
    parameters.push(filter.organizationId ?? '', filter.tag.key, filter.tag.value);
  }
  if (filter.search !== undefined) {
    conditions.push(`search_text LIKE ? ESCAPE '!'`);
    parameters.push(containsPattern(filter.search));
  }
  return { conditions, parameters };
}
