import { useCallback, useEffect, useMemo } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router-dom';
import { parseListUrl, serializeListUrl, type ListUrlSchema, type ListUrlState } from './list-url-state';

export interface ListUrl<F extends string = string> extends ListUrlState<F> {
  schema: ListUrlSchema<F>;
  /** First value of a filter, for the usual single choice. */
  filter: (key: F) => string | undefined;
  /** Changing what is listed returns to the first page. */
  setFilter: (key: F, value: string | readonly string[] | null) => void;
  setSearch: (search: string) => void;
  setSort: (sort: string) => void;
  clear: () => void;
  goNext: (cursor: string) => void;
  goPrevious: () => void;
  hasPrevious: boolean;
}

/** Cursors of the pages before this one. They ride in the history entry, because keyset cursors only point forwards. */
interface ListLocationState {
  earlierCursors?: Array<string | null>;
}

/** The state of a list, held by the URL alone. Invalid parts are dropped from it on arrival. Define `schema` outside the component. */
export function useListUrlState<F extends string>(schema: ListUrlSchema<F>): ListUrl<F> {
  const [params, setParams] = useSearchParams();
  const location = useLocation();
  const navigate = useNavigate();
  const state = useMemo(() => parseListUrl(schema, params), [schema, params]);
  const earlier = (location.state as ListLocationState | null)?.earlierCursors ?? [];

  const valid = serializeListUrl(schema, state).toString();
  const current = params.toString();
  useEffect(() => {
    if (normalized(valid) !== normalized(current))
      setParams(new URLSearchParams(valid), { replace: true, state: location.state });
  }, [valid, current, setParams, location.state]);

  const go = useCallback(
    (next: ListUrlState<F>, options: { replace: boolean; earlierCursors?: Array<string | null> }) => {
      const search = serializeListUrl(schema, next).toString();
      navigate(
        { search: search ? `?${search}` : '' },
        { replace: options.replace, state: { earlierCursors: options.earlierCursors ?? [] } },
      );
    },
    [navigate, schema],
  );

  return {
    ...state,
    schema,
    filter: key => state.filters[key]?.[0],
    setFilter: (key, value) => {
      const values = value === null || value === '' ? [] : typeof value === 'string' ? [value] : value;
      const filters = { ...state.filters, [key]: values.length > 0 ? values : undefined } as ListUrlState<F>['filters'];
      go({ ...state, filters, cursor: null }, { replace: false });
    },
    // Typing replaces: the back button should not replay a word letter by letter.
    setSearch: search => go({ ...state, search, cursor: null }, { replace: true }),
    setSort: sort => go({ ...state, sort, cursor: null }, { replace: false }),
    clear: () =>
      go({ ...state, filters: {} as ListUrlState<F>['filters'], search: '', cursor: null }, { replace: false }),
    goNext: cursor => go({ ...state, cursor }, { replace: false, earlierCursors: [...earlier, state.cursor] }),
    // A shared link to a later page has no trail; its previous page is then the first one.
    goPrevious: () =>
      go({ ...state, cursor: earlier.at(-1) ?? null }, { replace: false, earlierCursors: earlier.slice(0, -1) }),
    hasPrevious: state.cursor !== null,
  };
}

function normalized(search: string): string {
  const params = new URLSearchParams(search);
  params.sort();
  return params.toString();
}
