import type { Actor, Audit, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedUser } from '../audited';
import { homeProjectOf } from '../store/members';
import { setDefaultProject, userById } from '../store/users';

/** After somebody lost sight of projects: whose default is among them gets one they still see. There always is one, in their personal organization. */
export async function settleDefaultProject(
  tx: Transaction,
  { audit }: { audit: Audit },
  about: { userId: string; organizationId: string; actor: Actor; correlationId: string },
): Promise<void> {
  const { userId, organizationId, actor, correlationId } = about;
  const user = await userById(tx, userId);
  const projectId = await homeProjectOf(tx, userId);
  if (!user || projectId === null) throw access.fail('personal_organization_kept');
  if (projectId === user.defaultProjectId) return;
  await setDefaultProject(tx, { userId, projectId });
  await audit.record(tx, {
    action: 'access.project.set_default',
    actor,
    organizationId,
    resource: auditedUser,
    targetId: userId,
    correlationId,
    before: { default_project_id: user.defaultProjectId },
    after: { default_project_id: projectId },
  });
}
