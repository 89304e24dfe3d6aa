import { ErrorDisplay, PageLayout, Progress } from '@backstage/frontend-plugin-api';
import type { PageLayoutProps, SwappableComponentsApi } from '@backstage/frontend-plugin-api';
import { PageState } from '@portico/ui';
import type { ComponentType, ReactNode } from 'react';

/** Our pages draw their own header; Backstage's default would put a second one above it. */
function PlainPage({ children }: PageLayoutProps) {
  return <>{children}</>;
}

/** While the code of a page comes: nothing within the first second, then the shape of a page. */
function PageComing() {
  return <PageState state={{ kind: 'loading' }} />;
}

function PageBroke({ error }: { error: Error }) {
  return (
    <PageState
      state={{ kind: 'error', failure: { message: error.message }, onRetry: () => window.location.reload() }}
    />
  );
}

const components: Readonly<Record<string, ComponentType<never>>> = {
  [PageLayout.ref.id]: PlainPage,
  [Progress.ref.id]: PageComing,
  [ErrorDisplay.ref.id]: PageBroke,
};

function Nothing({ children }: { children?: ReactNode }) {
  return <>{children}</>;
}

/** What the framework draws by itself, in our design. */
export const swappableComponents: SwappableComponentsApi = {
  getComponent: ref => (components[ref.id] ?? Nothing) as never,
};
