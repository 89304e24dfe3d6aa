/**
 * When a project may be deleted. Invariants: an organization always has a project, nobody’s default is one that is not there, and nothing that runs or is kept loses the
 * project that pays for it. What was, its usage and its entries in the books, keeps naming it.
 */
export interface DeletionFacts {
  readonly isDefaultOfCaller: boolean;
  readonly otherProjects: number;
  readonly occupants: readonly Occupant[];
}

export interface Occupant {
  readonly kind: string;
  readonly count: number;
}

export interface Obstacle {
  readonly code: 'project_is_default' | 'project_is_last' | 'project_not_empty';
  readonly occupants: readonly Occupant[];
}

/** All that stands in the way, the hardest to change first. */
export function deletionObstacles({ isDefaultOfCaller, otherProjects, occupants }: DeletionFacts): readonly Obstacle[] {
  const present = occupants.filter(({ count }) => count > 0);
  const obstacles: Obstacle[] = [];
  if (otherProjects === 0) obstacles.push({ code: 'project_is_last', occupants: [] });
  else if (isDefaultOfCaller) obstacles.push({ code: 'project_is_default', occupants: [] });
  if (present.length > 0) obstacles.push({ code: 'project_not_empty', occupants: present });
  return obstacles;
}
