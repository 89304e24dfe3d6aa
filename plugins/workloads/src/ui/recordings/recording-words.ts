import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { getRecording } from '../../contract/recording-operations';

export type Recording = ReplyOf<typeof getRecording>;

export const connectionText = { terminal: 'Terminal', ssh: 'SSH' } as const;

/** What is not whole about it; null for one that is. */
export function flawText({ is_truncated, is_incomplete }: Recording): string | null {
  if (is_truncated && is_incomplete) return 'It is cut off at its largest size, and parts of it are missing.';
  if (is_truncated) return 'It reached its largest size and ends there; the connection went on.';
  if (is_incomplete) return 'Parts of it are missing: the portal could not write them down. The connection went on.';
  return null;
}
