import { lazy, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import { loadNewOrganizationDialog } from '@portico/plugin-access/ui';
import { useSession } from '@portico/plugin-kit/ui';
import type { Session } from '@portico/plugin-kit/ui';
import {
  AppFrame,
  AppTitleContext,
  LinkButton,
  LooksOnContext,
  LaunchIcon,
  Menu,
  MonitorIcon,
  PlusIcon,
  ShieldIcon,
  showToast,
  SignOutIcon,
  ThemeToggle,
  UserIcon,
  UsersIcon,
} from '@portico/ui';
import type { MenuItem } from '@portico/ui';
import { useLocation } from 'react-router-dom';
import { ContextSelector } from './context-selector';
import { navigationFor } from './navigation';
import { openPageAt } from './open-pages';
import { RestrictedOrganization } from './restricted-organization';
import { RestrictionBanner } from './restriction-banner';
import { StepUpHost } from './step-up-host';
import { SupportBanner } from './support-banner';

const NewOrganizationDialog = lazy(loadNewOrganizationDialog);

/** The frame around every page; before signing in, the page alone. */
export function Layout({ banners, children }: { banners: ReactNode; children: ReactNode }) {
  const session = useSession();
  const appTitle = useApi(configApiRef).getString('app.title');
  const { pathname } = useLocation();
  const isOwnAccount = pathname.startsWith('/account/');
  if (session === null || openPageAt(pathname) !== null) {
    return (
      <AppTitleContext.Provider value={appTitle}>
        {children}
        {session !== null && <StepUpHost />}
      </AppTitleContext.Provider>
    );
  }
  return (
    <AppFrame
      appTitle={appTitle}
      nav={navigationFor(session.permissions)}
      topStart={<ContextSelector session={session} />}
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
      banner={
        <>
          <SupportBanner session={session} />
          {isOwnAccount && <RestrictionBanner session={session} />}
          {banners}
        </>
      }
    >
      <LooksOnContext.Provider value={session.support !== null}>
        {session.restriction === null || isOwnAccount ? children : <RestrictedOrganization session={session} />}
      </LooksOnContext.Provider>
      <StepUpHost />
    </AppFrame>
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
  const [isCreating, setCreating] = useState(false);
  const organizations: MenuItem[] = session.organizations.map(choice => ({
    id: choice.organizationId,
    label: choice.name,
    icon: UsersIcon,
    isSelected: choice.organizationId === session.organization.organizationId,
    disabledReason: choice.projectId === null ? 'No project of it is open to you yet' : null,
    onAction: () => {
      const isThere = choice.organizationId === session.organization.organizationId;
      if (!isThere && choice.projectId !== null) void session.selectProject(choice.projectId);
    },
  }));
  return (
    <>
      <Menu
        label={`Account of ${session.user.username}`}
        icon={UserIcon}
        sections={[
          {
            title: 'Organizations',
            items: [
              ...organizations,
              { id: 'new-organization', label: 'New organization', icon: PlusIcon, onAction: () => setCreating(true) },
            ],
          },
          {
            title: session.user.displayName,
            items: [
              { id: 'profile', label: 'Profile', icon: UserIcon, to: '/account/profile' },
              { id: 'security', label: 'Security', icon: ShieldIcon, to: '/account/security' },
              { id: 'sessions', label: 'Sessions', icon: MonitorIcon, to: '/account/sessions' },
              { id: 'sign-out', label: 'Sign out', icon: SignOutIcon, onAction: signOut },
            ],
          },
        ]}
      />
      {isCreating && (
        <Suspense fallback={null}>
          <NewOrganizationDialog onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </>
  );
}
