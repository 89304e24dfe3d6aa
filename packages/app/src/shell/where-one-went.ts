import type { Session } from '@portico/plugin-kit/ui';
import type { ToastOptions } from '@portico/ui';
import { placeOf } from './other-tabs';

/** Why a tab works elsewhere although nobody switched, and where. It stays until it is closed: nobody may miss why everything looks different. */
export function whereOneWent(from: Session, to: Session): ToastOptions {
  const action = { label: 'See your projects', to: '/access/projects' };
  const there = from.organization;
  const isElsewhere = there.organizationId !== to.organization.organizationId;
  const description = `This tab works in ${isElsewhere ? to.organization.name : placeOf(to)} now.`;
  if (from.support !== null)
    return { tone: 'info', title: `Your look into ${there.name} has ended.`, description, action };
  const isMember = to.organizations.some(({ organizationId }) => organizationId === there.organizationId);
  if (!isMember) return { tone: 'warning', title: `You no longer belong to ${there.name}.`, description, action };
  const project = from.projects.find(({ projectId }) => projectId === from.projectId)?.name ?? 'The project';
  return {
    tone: 'warning',
    title: `${project} was deleted, or is no longer open to you.`,
    description,
    action,
  };
}
