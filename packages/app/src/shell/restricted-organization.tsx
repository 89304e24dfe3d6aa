import type { Session } from '@portico/plugin-kit/ui';
import { EmptyState, LinkButton, LockIcon, PageHeader } from '@portico/ui';

const words = {
  second_factor_required: {
    title: 'asks for a second factor',
    description:
      'Set one up in your account, or sign in with the one you have. Until then nothing of the organization is open to you.',
    to: '/account/security',
    label: 'Set up a second factor',
  },
  auth_enterprise_required: {
    title: 'asks its members to sign in through its own identity provider',
    description:
      'Sign in that way, and you are back where you were. Until then nothing of the organization is open to you.',
    to: '/login?with=work',
    label: 'Sign in through the organization',
  },
} as const;

/** In place of every page of an organization that asks for another sign-in than this one. One’s own account stays open, and so do the other organizations. */
export function RestrictedOrganization({ session }: { session: Session }) {
  const { restriction, organization, organizations } = session;
  if (restriction === null) return null;
  const { title, description, to, label } = words[restriction];
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
