import type { ReactNode } from 'react';
import { ConfirmDialog, RelativeTime, showToast } from '@portico/ui';
import type { ApiKey } from './api-key-table';

interface Revocation {
  readonly isPending: boolean;
  readonly error: { message: string } | null;
  reset(): void;
}

/** Null while none is being revoked. */
export function RevokeApiKeyDialog(props: {
  apiKey: ApiKey | null;
  revocation: Revocation;
  onRevoke: (key: ApiKey) => Promise<unknown>;
  equivalentCall: (key: ApiKey) => ReactNode;
  onClose: () => void;
}) {
  const { apiKey, revocation, onRevoke, equivalentCall, onClose } = props;
  return (
    <ConfirmDialog
      isOpen={apiKey !== null}
      onClose={() => {
        revocation.reset();
        onClose();
      }}
      level="simple"
      title={`Revoke ${apiKey?.name ?? ''}?`}
      impact={[
        'Programs that use it are refused from their next request on, and it cannot be brought back.',
        'Terminals and event streams opened with it close within seconds; workloads it launched keep running.',
        apiKey?.last_used_at ? (
          <>
            It was last used <RelativeTime at={apiKey.last_used_at} />.
          </>
        ) : (
          'It was never used.'
        ),
      ]}
      confirmLabel="Revoke key"
      error={revocation.error?.message ?? null}
      isPending={revocation.isPending}
      onConfirm={async () => {
        if (apiKey === null) return;
        await onRevoke(apiKey);
        showToast({ tone: 'success', title: `${apiKey.name} was revoked.` });
        onClose();
      }}
    >
      {apiKey !== null && equivalentCall(apiKey)}
    </ConfirmDialog>
  );
}
