import type { ReactNode } from 'react';
import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useSession } from '@portico/plugin-kit/ui';
import type { Session } from '@portico/plugin-kit/ui';
import {
  AppFrame,
  AppTitleContext,
  LinkButton,
  LaunchIcon,
  Menu,
  Select,
  showToast,
  SignOutIcon,
  ThemeToggle,
  UserIcon,
} from '@portico/ui';
import { navigationFor } from './navigation';

/** The frame around every page; before signing in, the page alone. */
export function Layout({ banners, children }: { banners: ReactNode; children: ReactNode }) {
  const session = useSession();
  const appTitle = useApi(configApiRef).getString('app.title');
  if (session === null) return <AppTitleContext.Provider value={appTitle}>{children}</AppTitleContext.Provider>;
  return (
    <AppFrame
      appTitle={appTitle}
      nav={navigationFor(session.permissions)}
      topStart={<ProjectSelector session={session} />}
      topEnd={
        <>
          {session.permissions.has('workloads.allocation.launch') && (
            <LinkButton to="/launch" icon={LaunchIcon} size="small">
              Launch
            </LinkButton>
          )}
          <ThemeToggle />
          <AccountMenu session={session} />
        </>
      }
      banner={banners}
    >
      {children}
    </AppFrame>
  );
}

/** Switches the active project; everything read is of that project's organization, and what is launched belongs to it. */
function ProjectSelector({ session }: { session: Session }) {
  return (
    <Select
      label="Project"
      isLabelHidden
      value={session.projectId}
      onChange={session.selectProject}
      options={session.projects.map(project => ({ value: project.projectId, label: project.name }))}
    />
  );
}

function AccountMenu({ session }: { session: Session }) {
  const signOut = () => {
    session.signOut().catch(() => {
      showToast({
        tone: 'failed',
        title: 'You are still signed in: the portal cannot be reached. Try again in a moment.',
      });
    });
  };
  return (
    <Menu
      label={`Account of ${session.user.username}`}
      icon={UserIcon}
      sections={[
        {
          title: `${session.user.displayName} · ${session.organization.name}`,
          items: [{ id: 'sign-out', label: 'Sign out', icon: SignOutIcon, onAction: signOut }],
        },
      ]}
    />
  );
}
