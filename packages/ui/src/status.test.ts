import { statusLook, statusOptions } from './status';

test.each([
  ['allocation', 'provisioning', 'progress', 'Provisioning'],
  ['allocation', 'active', 'running', 'Active'],
  ['allocation', 'release_failed', 'failed', 'Release failed'],
  ['status_group', 'needs_attention', 'degraded', 'Needs attention'],
  ['task', 'cancelling', 'degraded', 'Cancelling'],
  ['step', 'skipped', 'muted', 'Skipped'],
  ['availability', 'sold_out', 'muted', 'Unavailable'],
] as const)('%s %s is %s and reads %s', (family, status, tone, label) =>
  expect(statusLook(family, status)).toEqual({ tone, label }),
);

test('a status of a newer server is shown in its own words', () => {
  expect(statusLook('allocation', 'idle_suspended')).toEqual({ tone: 'muted', label: 'Idle suspended' });
  expect(statusLook('task', 'constructor')).toEqual({ tone: 'muted', label: 'Constructor' });
  expect(statusLook('task', '')).toEqual({ tone: 'muted', label: 'Unknown' });
});

test('every status of the contract can be filtered by', () => {
  expect(statusOptions('status_group').map(option => option.value)).toEqual([
    'active',
    'in_progress',
    'needs_attention',
    'inactive',
  ]);
});
