import { useEffect, useState, type ReactNode } from 'react';
import { Button, LinkButton } from './button';
import { EmptyState, type EmptyStateProps } from './empty-state';
import { AlertIcon, HelpIcon, HourglassIcon, LockIcon, RefreshIcon, type Icon } from './icons';
import { Progress, Skeleton, useDelayed, type SkeletonProps } from './loading';
import { formatDuration } from './time';

/** What a failed request says: the fields of the contract's error envelope that a person needs. */
export interface RequestFailure {
  /** HTTP status; 0 when there was no answer. */
  status?: number;
  code?: string;
  message?: string;
  correlationId?: string;
  retryAfterSeconds?: number;
  details?: Readonly<Record<string, unknown>> | null;
}

export type PageRendering =
  | { kind: 'loading'; layout?: SkeletonProps['shape']; label?: string }
  | ({ kind: 'empty' } & Omit<EmptyStateProps, 'headingLevel'>)
  | { kind: 'error'; failure: RequestFailure; title?: string; onRetry?: () => void }
  | { kind: 'success' }
  /** `permission` is the name to ask for, `sentence` what it lets one do (“may …”), `grantedBy` who can grant it. */
  | { kind: 'restricted'; permission: string; sentence?: string; grantedBy?: string }
  /** Refused for how one signed in, not for what one may do: the message says what to do about it. */
  | { kind: 'refused'; message: string }
  | { kind: 'not_found'; what?: string; backTo?: string; backLabel?: string }
  | { kind: 'signed_out'; signInTo?: string }
  | { kind: 'rate_limited'; retryAfterSeconds: number; onRetry?: () => void };

export interface PageStateProps {
  state: PageRendering;
  /** Rendered on success. */
  children?: ReactNode;
}

/** Waits people do not notice show nothing; up to three seconds grey shapes; beyond that a bar that says so. */
const SKELETON_AFTER_MS = 1_000;
const PROGRESS_AFTER_MS = 3_000;
const RETRY_AFTER_DEFAULT_SECONDS = 10;
const GRANTED_BY = 'an administrator of your organization';

/** The one component for the renderings every page has. */
export function PageState({ state, children }: PageStateProps) {
  switch (state.kind) {
    case 'success':
      return <>{children}</>;
    case 'loading':
      return <Loading layout={state.layout ?? 'rows'} label={state.label ?? 'Loading'} />;
    case 'empty':
      return <EmptyState {...state} />;
    case 'error':
      return <Failed {...state} />;
    case 'restricted':
      return (
        <Notice icon={LockIcon} title="You do not have access to this">
          <p>
            {state.sentence === undefined ? 'You lack a permission: ' : `You may not ${state.sentence}. It takes `}
            <code className="pt-id">{state.permission}</code>
          </p>
          <p>{`It can be granted by ${state.grantedBy ?? GRANTED_BY}.`}</p>
        </Notice>
      );
    case 'refused':
      return (
        <Notice icon={LockIcon} title="Not with this sign-in">
          <p>{state.message}</p>
        </Notice>
      );
    case 'not_found':
      return (
        <Notice
          icon={HelpIcon}
          title={`This ${state.what ?? 'page'} does not exist`}
          actions={state.backTo && <LinkButton to={state.backTo}>{state.backLabel ?? 'Go back'}</LinkButton>}
        >
          <p>It may have been removed, or belong to another organization.</p>
        </Notice>
      );
    case 'signed_out':
      return (
        <Notice
          icon={LockIcon}
          title="Your session has ended"
          actions={
            <LinkButton variant="primary" to={state.signInTo ?? '/login'}>
              Sign in
            </LinkButton>
          }
        >
          <p>Sign in again to continue where you were.</p>
        </Notice>
      );
    case 'rate_limited':
      return <RateLimited {...state} />;
  }
}

/** The rendering of a query. Data that is already there stays on screen when a refresh fails; show a banner beside it. */
export function pageRenderingOf(query: {
  isPending: boolean;
  failure?: RequestFailure | null;
  hasData?: boolean;
  empty?: Omit<EmptyStateProps, 'headingLevel'> | null | false;
  layout?: SkeletonProps['shape'];
  what?: string;
  onRetry?: () => void;
}): PageRendering {
  const { failure, onRetry } = query;
  if (failure && !query.hasData) return failureRendering(failure, { onRetry, what: query.what });
  if (query.isPending) return { kind: 'loading', layout: query.layout };
  if (query.empty) return { kind: 'empty', ...query.empty };
  return { kind: 'success' };
}

/** 401, 403, 404 and 429 each have a rendering of their own; the rest are errors with a way to try again. */
export function failureRendering(
  failure: RequestFailure,
  options: { onRetry?: () => void; what?: string } = {},
): PageRendering {
  const { onRetry, what } = options;
  switch (failure.status) {
    case 401:
      return { kind: 'signed_out' };
    case 403: {
      const permission = text(failure.details?.permission);
      if (permission === undefined) return { kind: 'refused', message: failure.message ?? 'Sign in another way.' };
      return {
        kind: 'restricted',
        permission,
        sentence: text(failure.details?.sentence),
        grantedBy: text(failure.details?.granted_by),
      };
    }
    case 404:
      return { kind: 'not_found', what };
    case 429:
      return {
        kind: 'rate_limited',
        retryAfterSeconds: failure.retryAfterSeconds ?? RETRY_AFTER_DEFAULT_SECONDS,
        onRetry,
      };
    default:
      return { kind: 'error', failure, onRetry };
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function Loading({ layout, label }: { layout: NonNullable<SkeletonProps['shape']>; label: string }) {
  const isSkeletonDue = useDelayed(true, SKELETON_AFTER_MS);
  const isProgressDue = useDelayed(true, PROGRESS_AFTER_MS);
  const count = layout === 'cards' ? 6 : layout === 'text' ? 3 : 6;
  return (
    <div className="pt-page-loading" aria-busy="true" role="status">
      <span className="pt-visually-hidden">{label}</span>
      {isProgressDue && <Progress label={`${label}: this takes longer than usual`} />}
      {isSkeletonDue && <Skeleton shape={layout} count={count} />}
    </div>
  );
}

function Failed({ failure, title, onRetry }: Extract<PageRendering, { kind: 'error' }>) {
  const isOffline = failure.status === 0;
  return (
    <Notice
      icon={AlertIcon}
      tone="failed"
      title={title ?? (isOffline ? 'No connection to the server' : 'This could not be loaded')}
      actions={
        onRetry && (
          <Button icon={RefreshIcon} onPress={onRetry}>
            Try again
          </Button>
        )
      }
    >
      <p>{failure.message ?? (isOffline ? 'Check your network; nothing was lost.' : 'The server could not answer.')}</p>
      {(failure.code ?? failure.correlationId) && (
        <p className="pt-failure-ids pt-mono">
          {failure.code && <span>{failure.code}</span>}
          {failure.correlationId && <span>{failure.correlationId}</span>}
        </p>
      )}
    </Notice>
  );
}

function RateLimited({ retryAfterSeconds, onRetry }: Extract<PageRendering, { kind: 'rate_limited' }>) {
  const [left, setLeft] = useState(Math.ceil(retryAfterSeconds));
  useEffect(() => setLeft(Math.ceil(retryAfterSeconds)), [retryAfterSeconds]);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return (
    <Notice
      icon={HourglassIcon}
      title="Too many requests"
      actions={
        onRetry && (
          <Button icon={RefreshIcon} isDisabled={left > 0} onPress={onRetry}>
            Try again
          </Button>
        )
      }
    >
      <p className="pt-numeric">
        {left > 0 ? `You can try again in ${formatDuration(left)}.` : 'You can try again now.'}
      </p>
    </Notice>
  );
}

interface NoticeProps {
  icon: Icon;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  tone?: 'failed';
}

function Notice({ icon: Glyph, title, children, actions, tone }: NoticeProps) {
  return (
    <div className={tone ? 'pt-empty pt-empty-failed' : 'pt-empty'} role={tone ? 'alert' : undefined}>
      <span className="pt-empty-icon">
        <Glyph size={22} />
      </span>
      <h2 className="pt-empty-title">{title}</h2>
      <div className="pt-empty-text">{children}</div>
      {actions && <div className="pt-actions">{actions}</div>}
    </div>
  );
}
