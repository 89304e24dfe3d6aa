import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import { AppMark, classNames, ThemeToggle, useDocumentTitle } from '@portico/ui';
import type { Icon } from '@portico/ui';
import type { ReactNode } from 'react';
import './sign-in.css';

/** Around the pages before signing in: no navigation, one thing to do. */
export function SignInFrame({ title, story, children }: { title: string; story?: ReactNode; children: ReactNode }) {
  const appTitle = useApi(configApiRef).getString('app.title');
  useDocumentTitle(title);
  return (
    <div className={classNames('sign-in', story !== undefined && 'sign-in-with-story')}>
      <header className="sign-in-top">
        <div className="sign-in-mark">
          <AppMark />
          <span>{appTitle}</span>
        </div>
        <ThemeToggle />
      </header>
      {story}
      <main className="sign-in-main">
        <div className="sign-in-form">{children}</div>
      </main>
    </div>
  );
}

/** How something ended that has no form: what happened, and what to do now. */
export function SignInOutcome(props: {
  title: string;
  icon: Icon;
  tone: 'success' | 'failed' | 'waiting';
  children?: ReactNode;
  actions?: ReactNode;
}) {
  const { title, icon: Glyph, tone, children, actions } = props;
  return (
    <SignInFrame title={title}>
      <div className={`sign-in-outcome sign-in-outcome-${tone}`} role={tone === 'failed' ? 'alert' : 'status'}>
        <Glyph size={28} className="sign-in-outcome-icon" />
        <h1 className="sign-in-title">{title}</h1>
        {children !== undefined && <div className="sign-in-outcome-text">{children}</div>}
      </div>
      {actions !== undefined && <div className="sign-in-actions">{actions}</div>}
    </SignInFrame>
  );
}
