import { useApi } from '@backstage/frontend-plugin-api';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { OperationShape, ReplyOf } from '../contract';
import { apiClientRef } from './api-client';
import type { Arguments, CallOptions } from './api-client';
import type { ApiError } from './api-error';
import { liveEventsRef } from './live-events';
import type { LiveEvent } from './live-events';
import type { PageDefinition } from './page';
import { useSession } from './session';

export interface OperationOptions {
  enabled?: boolean;
  /** Events after which what is shown must be read again. */
  live?: (event: LiveEvent) => boolean;
  /** For what no event tells, such as metrics. */
  refetchMilliseconds?: number;
  /** Rows of the query before stay while the new ones come. */
  keepPrevious?: boolean;
}

/** Events come in bursts; one read for all of a burst. */
const LIVE_DEBOUNCE_MILLISECONDS = 150;
/** A failed read is tried again so often where another try can help. */
const READ_RETRIES_MAX = 2;

function worthRetrying(failures: number, error: ApiError): boolean {
  return failures < READ_RETRIES_MAX && (error.status === 0 || error.status >= 500);
}

/** Reads through a declared operation; the cache is keyed by operation, active project and arguments. */
export function useOperation<Page extends PageDefinition, Name extends keyof Page['operations'] & string>(
  page: Page,
  name: Name,
  args: Arguments<Page['operations'][Name]>,
  options: OperationOptions = {},
): UseQueryResult<ReplyOf<Page['operations'][Name]>, ApiError> {
  const client = useApi(apiClientRef);
  const operation = page.operations[name] as Page['operations'][Name];
  const projectId = useSession()?.projectId ?? null;
  const key = [operation.id, projectId, args] as const;
  useLiveInvalidation(key, options.live);
  return useQuery<ReplyOf<Page['operations'][Name]>, ApiError>({
    queryKey: key,
    queryFn: ({ signal }) => client.call(operation, args, { signal }),
    retry: worthRetrying,
    ...(options.enabled === undefined ? {} : { enabled: options.enabled }),
    ...(options.refetchMilliseconds === undefined ? {} : { refetchInterval: options.refetchMilliseconds }),
    ...(options.keepPrevious ? { placeholderData: keepPreviousData } : {}),
  } as Parameters<typeof useQuery<ReplyOf<Page['operations'][Name]>, ApiError>>[0]);
}

interface PageOf<Item> {
  items: readonly Item[];
  next_cursor: string | null;
}
type ItemOf<Reply> = Reply extends PageOf<infer Item> ? Item : never;

/** Reads a list page by page, older ones on demand. */
export function useOperationPages<Page extends PageDefinition, Name extends keyof Page['operations'] & string>(
  page: Page,
  name: Name,
  args: Arguments<Page['operations'][Name]>,
  options: Pick<OperationOptions, 'enabled' | 'live'> = {},
) {
  const client = useApi(apiClientRef);
  const operation = page.operations[name] as Page['operations'][Name];
  const projectId = useSession()?.projectId ?? null;
  const key = [operation.id, projectId, args, 'pages'] as const;
  useLiveInvalidation(key, options.live);
  const query = useInfiniteQuery<PageOf<ItemOf<ReplyOf<Page['operations'][Name]>>>, ApiError>({
    queryKey: key,
    initialPageParam: null,
    queryFn: async ({ signal, pageParam }) => {
      const query = { ...(args as { query?: object }).query, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return (await client.call(operation, { ...args, query }, { signal })) as never;
    },
    getNextPageParam: last => last.next_cursor,
    retry: worthRetrying,
    ...(options.enabled === undefined ? {} : { enabled: options.enabled }),
  });
  return { ...query, items: query.data?.pages.flatMap(part => part.items) ?? [] };
}

function useLiveInvalidation(key: readonly unknown[], live: ((event: LiveEvent) => boolean) | undefined): void {
  const events = useApi(liveEventsRef);
  const queries = useQueryClient();
  const matches = useRef(live);
  matches.current = live;
  const identity = JSON.stringify(key);
  const wanted = live !== undefined;
  useEffect(() => {
    if (!wanted) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = events.subscribe(message => {
      if (message.kind === 'event' && matches.current?.(message.event) !== true) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        queries.invalidateQueries({ queryKey: JSON.parse(identity) as unknown[] }).catch(() => undefined);
      }, LIVE_DEBOUNCE_MILLISECONDS);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [events, queries, identity, wanted]);
}

/** Writes through a declared operation. Reads named in `invalidates` are read again afterwards. */
export function useAction<Page extends PageDefinition, Name extends keyof Page['operations'] & string>(
  page: Page,
  name: Name,
  options: { invalidates?: readonly string[] } = {},
): UseMutationResult<ReplyOf<Page['operations'][Name]>, ApiError, Arguments<Page['operations'][Name]> & CallOptions> {
  const client = useApi(apiClientRef);
  const queries = useQueryClient();
  const operation = page.operations[name] as OperationShape as Page['operations'][Name];
  return useMutation<ReplyOf<Page['operations'][Name]>, ApiError, Arguments<Page['operations'][Name]> & CallOptions>({
    mutationFn: ({ idempotencyKey, signal, ...args }) =>
      client.call(operation, args as unknown as Arguments<Page['operations'][Name]>, {
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(signal === undefined ? {} : { signal }),
      }),
    retry: false,
    // What was sent may be a password: it is not kept once nobody looks at the outcome any more.
    gcTime: 0,
    // Refused because things are no longer as the page shows them: show how they are.
    onError: error => {
      if (error.status !== 404 && error.status !== 409) return;
      for (const id of options.invalidates ?? []) queries.invalidateQueries({ queryKey: [id] }).catch(() => undefined);
    },
    onSuccess: async () => {
      await Promise.all((options.invalidates ?? []).map(id => queries.invalidateQueries({ queryKey: [id] })));
    },
  });
}
