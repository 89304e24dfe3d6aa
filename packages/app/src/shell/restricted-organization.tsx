import type { Session } from '@portico/plugin-kit/ui';
import { EmptyState, LinkButton, LockIcon, PageHeader } from '@portico/ui';
import { useLocation } from 'react-router-dom';
import { wayOutOf } from './restriction';

/** In place of every page of an organization that asks for another sign-in than this one. One’s own account stays open, and so do the other organizations. */
export function RestrictedOrganization({ session }: { session: Session }) {
  const { pathname, search } = useLocation();
  const { restriction, organization, organizations } = session;
  if (restriction === null) return null;
  const { title, description, to, label } = wayOutOf(restriction, pathname + search);
  return (
    <>
      <PageHeader title={organization.name} />
      <EmptyState
        icon={LockIcon}
        title={`${organization.name} ${title}`}
        description={
          <>
            <p>{description}</p>
            {organizations.length > 1 && <p>Your other organizations are in the menu of your account.</p>}
          </>
        }
        actions={
          <LinkButton variant="primary" to={to}>
            {label}
          </LinkButton>
        }
      />
    </>
  );
}
