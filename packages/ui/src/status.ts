/**
 * One table from the contract's statuses to what a person sees. A tone is a state colour with its icon; the words come
 * from here too, so the same status never has two names.
 */
export type Tone = 'running' | 'progress' | 'degraded' | 'failed' | 'approval' | 'muted';

export interface StatusLook {
  tone: Tone;
  label: string;
}

export type StatusFamily =
  | 'allocation'
  | 'status_group'
  | 'task'
  | 'step'
  | 'balance'
  | 'payment'
  | 'refund'
  | 'dispute'
  | 'voucher'
  | 'availability'
  | 'node'
  | 'slot';

const LOOKS = {
  allocation: {
    requested: { tone: 'progress', label: 'Requested' },
    provisioning: { tone: 'progress', label: 'Provisioning' },
    active: { tone: 'running', label: 'Active' },
    releasing: { tone: 'progress', label: 'Releasing' },
    released: { tone: 'muted', label: 'Released' },
    failed: { tone: 'failed', label: 'Failed' },
    release_failed: { tone: 'failed', label: 'Release failed' },
  },
  status_group: {
    active: { tone: 'running', label: 'Active' },
    in_progress: { tone: 'progress', label: 'In progress' },
    needs_attention: { tone: 'degraded', label: 'Needs attention' },
    inactive: { tone: 'muted', label: 'Inactive' },
  },
  task: {
    pending: { tone: 'muted', label: 'Pending' },
    running: { tone: 'progress', label: 'Running' },
    cancelling: { tone: 'degraded', label: 'Cancelling' },
    completed: { tone: 'running', label: 'Completed' },
    failed: { tone: 'failed', label: 'Failed' },
    cancelled: { tone: 'muted', label: 'Cancelled' },
  },
  step: {
    pending: { tone: 'muted', label: 'Pending' },
    active: { tone: 'progress', label: 'In progress' },
    completed: { tone: 'running', label: 'Completed' },
    failed: { tone: 'failed', label: 'Failed' },
    skipped: { tone: 'muted', label: 'Skipped' },
    cancelled: { tone: 'muted', label: 'Cancelled' },
  },
  balance: {
    healthy: { tone: 'running', label: 'Healthy' },
    notice: { tone: 'progress', label: 'Less than 72 h left' },
    warning: { tone: 'degraded', label: 'Running low' },
    auto_release_pending: { tone: 'failed', label: 'Release pending' },
    depleted: { tone: 'failed', label: 'Depleted' },
  },
  payment: {
    created: { tone: 'muted', label: 'Being prepared' },
    open: { tone: 'progress', label: 'Waiting for payment' },
    completed: { tone: 'running', label: 'Paid' },
    expired: { tone: 'muted', label: 'Expired' },
    cancelled: { tone: 'muted', label: 'Cancelled' },
    failed: { tone: 'failed', label: 'Failed' },
  },
  refund: {
    requested: { tone: 'approval', label: 'Being looked at' },
    provider_refund: { tone: 'running', label: 'To the card' },
    internal_credit: { tone: 'running', label: 'As credit' },
    rejected: { tone: 'muted', label: 'Rejected' },
  },
  dispute: {
    inquiry: { tone: 'approval', label: 'The bank asks' },
    open: { tone: 'degraded', label: 'Money taken' },
    won: { tone: 'running', label: 'Won' },
    lost: { tone: 'failed', label: 'Lost' },
  },
  voucher: {
    open: { tone: 'running', label: 'Open' },
    redeemed: { tone: 'muted', label: 'Redeemed' },
    revoked: { tone: 'muted', label: 'Revoked' },
    expired: { tone: 'muted', label: 'Out of date' },
  },
  availability: {
    available: { tone: 'running', label: 'Available' },
    limited: { tone: 'degraded', label: 'Limited' },
    sold_out: { tone: 'muted', label: 'Unavailable' },
  },
  node: {
    registered: { tone: 'muted', label: 'Registered' },
    enrolled: { tone: 'approval', label: 'Enrolled' },
    ready: { tone: 'running', label: 'Ready' },
    draining: { tone: 'degraded', label: 'Draining' },
    unreachable: { tone: 'failed', label: 'Unreachable' },
  },
  slot: {
    candidate: { tone: 'approval', label: 'Candidate' },
    approved: { tone: 'progress', label: 'Approved' },
    free: { tone: 'running', label: 'Free' },
    held: { tone: 'muted', label: 'Held' },
    cleanup_blocked: { tone: 'failed', label: 'Cleanup blocked' },
  },
} as const satisfies Record<StatusFamily, Record<string, StatusLook>>;

/** Look of a status. One the table does not know (a newer server) is shown muted and in its own words, never hidden. */
export function statusLook(family: StatusFamily, status: string): StatusLook {
  const looks: Readonly<Record<string, StatusLook>> = LOOKS[family];
  return Object.hasOwn(looks, status) ? looks[status]! : { tone: 'muted', label: inWords(status) };
}

/** Filter options of a family, in the order of the table. */
export function statusOptions(family: StatusFamily): Array<{ value: string; label: string }> {
  return Object.entries(LOOKS[family] as Record<string, StatusLook>).map(([value, look]) => ({
    value,
    label: look.label,
  }));
}

function inWords(status: string): string {
  const words = status.replaceAll('_', ' ').trim();
  return words === '' ? 'Unknown' : words.charAt(0).toUpperCase() + words.slice(1);
}
