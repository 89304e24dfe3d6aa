import { useState } from 'react';
import { endSupportSession } from '@portico/plugin-access/contract';
import { apiClientRef } from '@portico/plugin-kit/ui';
import type { Session } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { Banner, Button, Instant, showToast } from '@portico/ui';

/** Above every page for as long as one looks into an organization that is not one's own, so that nobody forgets whose it is. */
export function SupportBanner({ session }: { session: Session }) {
  const client = useApi(apiClientRef);
  const [isLeaving, setLeaving] = useState(false);
  const { support, organization, defaultProjectId, selectProject } = session;
  if (support === null) return null;
  const leave = async () => {
    setLeaving(true);
    try {
      // Asked at home: the organization looked into is not there any more once the request is done.
      await client.call(
        endSupportSession,
        { params: { support_session_id: support.supportSessionId } },
        { projectId: defaultProjectId },
      );
      await selectProject(defaultProjectId);
      showToast({ tone: 'success', title: `You have left ${organization.name}.` });
    } catch (error) {
      showToast({ tone: 'failed', title: error instanceof Error ? error.message : 'You are still inside.' });
    } finally {
      setLeaving(false);
    }
  };
  return (
    <Banner
      tone="warning"
      title={`You are looking into ${organization.name} for support`}
      actions={
        <Button size="small" isPending={isLeaving} onPress={() => void leave()}>
          Leave
        </Button>
      }
    >
      {support.reason} – until <Instant at={support.expiresAt} />. You see what its owner sees, and can change nothing;
      it is in the organization’s audit log.
    </Banner>
  );
}
