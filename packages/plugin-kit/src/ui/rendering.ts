import { pageRenderingOf } from '@portico/ui';
import type { EmptyStateProps, PageRendering, SkeletonProps } from '@portico/ui';
import type { ApiError } from './api-error';

/** Which of the renderings a query of the API calls for. */
export function renderingOf(
  query: { isPending: boolean; error: ApiError | null; data: unknown; refetch: () => unknown },
  options: {
    empty?: Omit<EmptyStateProps, 'headingLevel'> | null | false;
    layout?: SkeletonProps['shape'];
    what?: string;
  } = {},
): PageRendering {
  return pageRenderingOf({
    isPending: query.isPending,
    failure: query.error,
    hasData: query.data !== undefined,
    onRetry: () => void query.refetch(),
    ...options,
  });
}
