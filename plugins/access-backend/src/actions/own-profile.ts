import type { RequestContext, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { auditedUser } from '../audited';
import type { AccessServices } from '../services';
import { profileForChange, setDisplayName } from '../store/profiles';
import type { Profile } from '../store/profiles';

/** The caller's own account, held until the transaction ends. */
export async function ownProfile(tx: Transaction, caller: UserCaller): Promise<Profile> {
  const profile = await profileForChange(tx, caller.userId);
  if (!profile) throw new Error(`user ${caller.userId} asks and has no row`);
  return profile;
}

/** A name that is the same already changes nothing and is not told of. */
export async function updateProfile(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { displayName: string },
): Promise<Profile> {
  const { actor, correlationId } = request;
  const profile = await ownProfile(tx, request.caller);
  const displayName = request.displayName.trim();
  if (displayName === profile.displayName) return profile;
  await setDisplayName(tx, profile, displayName);
  await services.audit.record(tx, {
    action: 'access.user.rename',
    actor,
    organizationId: profile.organizationId,
    resource: auditedUser,
    targetId: profile.userId,
    correlationId,
    before: { display_name: profile.displayName },
    after: { display_name: displayName },
  });
  await services.outbox.append(tx, {
    eventType: 'access.user_renamed',
    correlationId,
    organizationId: profile.organizationId,
    resource: { type: 'user', id: profile.userId },
    payload: { user_id: profile.userId, display_name: displayName },
  });
  return { ...profile, displayName };
}
