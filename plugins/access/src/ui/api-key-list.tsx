import { useState } from 'react';
import type { ComponentProps, ReactNode } from 'react';
import { ApiKeyTable } from './api-key-table';
import type { ApiKey } from './api-key-table';
import { RevokeApiKeyDialog } from './revoke-api-key-dialog';
import { RotateApiKeyDialog } from './rotate-api-key-dialog';

type Rotate = ComponentProps<typeof RotateApiKeyDialog>;
type RotateCall = Parameters<Rotate['onRotate']>[0];

/** How keys of this list are rotated: whose they are decides by which operation. */
interface Rotation {
  readonly state: Rotate['rotation'] & { reset(): void };
  run(key: ApiKey, call: RotateCall): void;
  equivalentCall(key: ApiKey, call: RotateCall): ReactNode;
}
interface Revocation {
  readonly state: ComponentProps<typeof RevokeApiKeyDialog>['revocation'];
  run(key: ApiKey): Promise<unknown>;
  equivalentCall(key: ApiKey): ReactNode;
}

interface ApiKeyListProps<Key extends ApiKey> {
  label: string;
  keys: readonly Key[];
  ownerOf?: (key: Key) => ReactNode;
  showsProject?: boolean;
  /** Absent: not offered. */
  rotation?: Rotation | false;
  revocation?: Revocation | false;
}

/** Keys, and what can be done with each. */
export function ApiKeyList<Key extends ApiKey>({ rotation, revocation, ...table }: ApiKeyListProps<Key>) {
  const [rotating, setRotating] = useState<ApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  return (
    <>
      <ApiKeyTable
        {...table}
        {...(rotation ? { onRotate: setRotating } : {})}
        {...(revocation ? { onRevoke: setRevoking } : {})}
      />
      {rotation && rotating !== null && (
        <RotateApiKeyDialog
          name={rotating.name}
          rotation={rotation.state}
          onRotate={call => rotation.run(rotating, call)}
          equivalentCall={call => rotation.equivalentCall(rotating, call)}
          onClose={() => {
            rotation.state.reset();
            setRotating(null);
          }}
        />
      )}
      {revocation && (
        <RevokeApiKeyDialog
          apiKey={revoking}
          revocation={revocation.state}
          onRevoke={revocation.run}
          equivalentCall={revocation.equivalentCall}
          onClose={() => setRevoking(null)}
        />
      )}
    </>
  );
}
