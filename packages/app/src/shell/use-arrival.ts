import type { Session } from '@portico/plugin-kit/ui';
import { showToast } from '@portico/ui';
import { useEffect, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import { placeOf } from './other-tabs';
import { listInstead } from './places';

/** When the tab begins to work in another project: the other tabs are told, and a page that shows a thing of the project before gives way to its list. */
export function useArrival(session: Session | null, announce: (session: Session) => void): void {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const before = useRef<Session | null>(null);
  useEffect(() => {
    const from = before.current;
    before.current = session;
    if (session === null || from === null || from.user.userId !== session.user.userId) return;
    if (from.projectId === session.projectId) return;
    announce(session);
    const isElsewhere = from.organization.organizationId !== session.organization.organizationId;
    const page = listInstead(pathname, isElsewhere ? 'organization' : 'project');
    if (page === null) return;
    navigate(page.list, { replace: true });
    const owner = isElsewhere ? from.organization.name : nameOfProject(from);
    showToast({
      tone: 'info',
      title: `That ${page.what} belongs to ${owner}.`,
      description: `You are in ${placeOf(session)} now, so here is its list.`,
    });
  }, [session, pathname, navigate, announce]);
}

function nameOfProject(session: Session): string {
  return session.projects.find(({ projectId }) => projectId === session.projectId)?.name ?? 'the project before';
}
