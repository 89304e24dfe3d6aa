import { StateChip } from '@portico/ui';

export function UserStatus({ status }: { status: 'active' | 'disabled' }) {
  return status === 'active' ? (
    <StateChip tone="running" label="Active" />
  ) : (
    <StateChip tone="failed" label="Disabled" />
  );
}
