import { definePermissions } from '@portico/plugin-kit/contract';

export const workloadPermissions = definePermissions({
  'workloads.allocation.read': 'see the allocations of the organization, their tasks and metrics',
  'workloads.allocation.launch': 'launch allocations, which spends the organization’s money',
  'workloads.allocation.release': 'release allocations of the organization, which ends what runs in them',
  'workloads.allocation.connect': 'open a terminal or an SSH connection to an allocation and choose its keys',
  'workloads.allocation.read_any': 'see the allocations of every organization',
  'workloads.allocation.force_release': 'release anybody’s allocation, giving a reason',
  'workloads.recording.read': 'see what terminals of the organization’s allocations showed, where it was recorded',
  'workloads.task.read': 'follow the tasks of the organization',
  'workloads.task.cancel': 'cancel a task of the organization',
  'platform.overview.read': 'see the totals of the platform: GPUs, nodes, allocations and users',
});
