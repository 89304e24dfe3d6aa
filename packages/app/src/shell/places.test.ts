import { listInstead } from './places';

test.each([
  ['/workloads', 'organization', null],
  ['/workloads/alloc_1', 'project', '/workloads'],
  ['/workloads/alloc_1/metrics', 'organization', '/workloads'],
  ['/tasks/task_1', 'project', '/workloads'],
  ['/access/projects/proj_1/members', 'project', null],
  ['/access/projects/proj_1/members', 'organization', '/access/projects'],
  ['/access/team/usr_1', 'project', null],
  ['/access/team/usr_1', 'organization', '/access/team'],
  ['/access/team', 'organization', null],
  ['/launch', 'project', null],
  ['/admin/audit-logs', 'organization', null],
] as const)('%s, when another %s is chosen, leads to %s', (pathname, changed, list) => {
  expect(listInstead(pathname, changed)?.list ?? null).toBe(list);
});
