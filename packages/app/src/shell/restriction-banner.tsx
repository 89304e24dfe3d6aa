import type { Session } from '@portico/plugin-kit/ui';
import { Banner, LinkButton } from '@portico/ui';
import { useLocation } from 'react-router-dom';
import { wayOutOf } from './restriction';

/** Above the pages of one's own account, which stay open, while the organization asks for another sign-in. The other pages make room for the same. */
export function RestrictionBanner({ session }: { session: Session }) {
  const { pathname, search } = useLocation();
  const { restriction, organization } = session;
  if (restriction === null) return null;
  const { title, to, label, advice } = wayOutOf(restriction, pathname + search);
  return (
    <Banner
      tone="warning"
      title={`${organization.name} ${title}`}
      actions={
        !pathname.startsWith(to) && (
          <LinkButton size="small" to={to}>
            {label}
          </LinkButton>
        )
      }
    >
      {advice}
    </Banner>
  );
}
