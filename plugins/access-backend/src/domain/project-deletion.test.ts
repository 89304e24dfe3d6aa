import { deletionObstacles } from './project-deletion';

const allocations = (count: number) => [{ kind: 'allocation', count }];

test.each([
  ['an empty one among others', false, 3, 0, []],
  ['the default one', true, 3, 0, ['project_is_default']],
  ['the last one, which is always a default: only another project helps', true, 0, 0, ['project_is_last']],
  ['one with something in it', false, 1, 2, ['project_not_empty']],
  ['the default one with something in it', true, 1, 2, ['project_is_default', 'project_not_empty']],
  ['the last one with something in it', true, 0, 1, ['project_is_last', 'project_not_empty']],
] as const)('%s', (_what, isDefaultOfCaller, otherProjects, count, codes) => {
  const obstacles = deletionObstacles({ isDefaultOfCaller, otherProjects, occupants: allocations(count) });
  expect(obstacles.map(({ code }) => code)).toEqual(codes);
});

test('only what is there is named', () => {
  const occupants = [...allocations(2), { kind: 'volume', count: 0 }];
  expect(deletionObstacles({ isDefaultOfCaller: false, otherProjects: 1, occupants })).toEqual([
    { code: 'project_not_empty', occupants: allocations(2) },
  ]);
});
