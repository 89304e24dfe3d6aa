import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { getAllocation, listWorkloads } from '../contract/operations';

export type Workload = ReplyOf<typeof listWorkloads>['items'][number];
export type DetailedWorkload = ReplyOf<typeof getAllocation>;

const failures = {
  runtime_failed: 'The instance could not be started.',
  node_unreachable: 'The node could not be reached.',
  deadline_exceeded: 'Starting it took longer than allowed.',
  disk_full: 'The disk of the node is full.',
  image_missing: 'The image is neither on the node nor where it should come from.',
  gpu_unavailable: 'The node does not know a GPU that was reserved for this workload.',
  host_key_changed: 'The node shows another host key than the known one, so Portico does not talk to it.',
  access_denied: 'The node does not let Portico in.',
  isolation_unavailable: 'The node cannot isolate workloads from one another.',
  instance_missing: 'The instance was not there when it was asked for.',
  runtime_gone: 'The instance ended by itself, or was ended on the node.',
  superseded: 'Another worker took over and found the launch undone.',
  internal_error: 'Something broke on our side.',
} as const satisfies Record<NonNullable<Workload['failure_reason']>, string>;

export function failureText(reason: NonNullable<Workload['failure_reason']>): string {
  return failures[reason];
}

/** Why releasing failed, as people read it; the word of the program where there is none. */
export function releaseFailureText(reason: string | null): string {
  const known: Readonly<Record<string, string>> = { ...failures, step_failed: failures.internal_error };
  return known[reason ?? ''] ?? (reason === null ? failures.internal_error : `The node said: ${reason}.`);
}

const taskKinds: Readonly<Record<string, string>> = {
  provision: 'Launch',
  provision_batch: 'Launch',
  release: 'Release',
  reclaim: 'Clean-up',
};

export function taskKindText(kind: string): string {
  return taskKinds[kind] ?? kind;
}

/** `start_instance` as people read it. */
export function stepText(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a task tells, with its steps named as the timeline names them. */
export function eventText(message: string, steps: readonly string[]): string {
  const step = steps.find(name => message.startsWith(`${name} `));
  return step === undefined ? message : stepText(step) + message.slice(step.length);
}

/** `2 × H200 slice`; before the catalog is there, `2 GPUs`. */
export function hardwareText(workload: Pick<Workload, 'gpu_count'>, skuName: string | undefined): string {
  if (skuName === undefined) return workload.gpu_count === 1 ? '1 GPU' : `${workload.gpu_count} GPUs`;
  return `${workload.gpu_count} × ${skuName}`;
}

/** Not over: billing runs, or capacity is held. */
export function isReleasable(workload: Workload): boolean {
  return ['requested', 'provisioning', 'active', 'release_failed'].includes(workload.status);
}
