import { networkOf } from '@portico/plugin-kit/backend';
import type { Audit, Database } from '@portico/plugin-kit/backend';
import { auditedFailedSignIn } from '../audited';
import { FAILURE_WINDOW_SECONDS, isTold } from '../domain/sign-in-failures';
import { countFailure } from '../store/sign-in-failures';

/** Stands for every name nobody has. What was typed is not kept: it may be a password. */
const NOBODY = 'nobody';

/** The same work whether there is such a user or not. */
export async function recordFailedSignIn(
  services: { database: Database; audit: Audit },
  failure: {
    /** Null where there is no such user. */
    user: { userId: string; organizationId: string } | null;
    address: string;
    correlationId: string;
  },
): Promise<void> {
  const { user, address, correlationId } = failure;
  const subject = user?.userId ?? NOBODY;
  await services.database.transaction(async tx => {
    const failures = await countFailure(tx, {
      subject,
      network: networkOf(address),
      windowMilliseconds: FAILURE_WINDOW_SECONDS * 1000,
    });
    if (!isTold(failures)) return;
    await services.audit.record(tx, {
      action: 'access.sign_in.fail',
      // Whoever it was, they did not show that they are the user.
      actor: { type: 'system', id: 'access' },
      organizationId: user?.organizationId ?? null,
      resource: auditedFailedSignIn,
      targetId: subject,
      correlationId,
      after: { address, failures },
    });
  });
}
