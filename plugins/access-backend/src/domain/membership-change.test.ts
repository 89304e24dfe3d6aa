import fc from 'fast-check';
import {
  assignableRoles,
  beyond,
  membershipRefusal,
  organizationGrants,
  projectGrants,
  projectRoleRefusal,
} from './membership-change';
import type { MembershipChange } from './membership-change';
import { organizationRoles, OWNER, projectRoles } from './roles';

const ROLES = [...organizationRoles.keys()];
const MANAGERS = ['owner', 'admin'];

const change = (given: Partial<MembershipChange> & { by: string }) =>
  membershipRefusal({
    held: organizationGrants(given.by),
    isSelf: false,
    from: null,
    to: null,
    otherOwners: 1,
    isPersonal: false,
    ...given,
  });

/** Who acts, what the other is, what they may become; `-` is leaving. Everything not named is refused. */
const matrix: readonly [by: string, from: string, to: string][] = [
  ['owner', 'owner', 'owner admin member viewer billing security guest -'],
  ['owner', 'admin', 'owner admin member viewer billing security guest -'],
  ['owner', 'member', 'owner admin member viewer billing security guest -'],
  ['owner', 'viewer', 'owner admin member viewer billing security guest -'],
  ['owner', 'billing', 'owner admin member viewer billing security guest -'],
  ['owner', 'security', 'owner admin member viewer billing security guest -'],
  ['owner', 'guest', 'owner admin member viewer billing security guest -'],
  ['admin', 'owner', 'owner'],
  ['admin', 'admin', 'admin member viewer billing security guest -'],
  ['admin', 'member', 'admin member viewer billing security guest -'],
  ['admin', 'viewer', 'admin member viewer billing security guest -'],
  ['admin', 'billing', 'admin member viewer billing security guest -'],
  ['admin', 'security', 'admin member viewer billing security guest -'],
  ['admin', 'guest', 'admin member viewer billing security guest -'],
];

test.each(matrix)('%s may make of %s: %s', (by, from, allowed) => {
  const may = [...ROLES, '-'].filter(to => change({ by, from, to: to === '-' ? null : to }) === null);
  expect(may.join(' ')).toBe(allowed);
});

test('the matrix is whole: whoever may manage members, against every role', () => {
  expect(matrix.map(([by, from]) => `${by} ${from}`)).toEqual(
    MANAGERS.flatMap(by => ROLES.map(from => `${by} ${from}`)),
  );
  const managing = ROLES.filter(role => organizationGrants(role).has('access.member.manage'));
  expect(managing).toEqual(MANAGERS);
});

test.each(ROLES)('nobody who is %s raises themselves', role => {
  const to = ROLES.filter(other => change({ by: role, isSelf: true, from: role, to: other }) === null);
  for (const other of to) expect(beyond(organizationGrants(role), organizationGrants(other))).toEqual([]);
  expect(to).toContain(role);
});

test('also with a right that was given apart from the role, one’s own is not raised', () => {
  const held = organizationGrants(OWNER);
  expect(change({ by: OWNER, held, isSelf: true, from: 'viewer', to: 'member' })).toBe('own_role_raised');
});

test('the last owner neither leaves nor is made less', () => {
  for (const to of [null, 'admin', 'guest']) {
    expect(change({ by: OWNER, from: OWNER, to, otherOwners: 0 })).toBe('last_owner');
    expect(change({ by: OWNER, isSelf: true, from: OWNER, to, otherOwners: 0 })).toBe('last_owner');
  }
  expect(change({ by: OWNER, from: OWNER, to: OWNER, otherOwners: 0 })).toBeNull();
});

test('the organization that came with the account is neither left nor only visited', () => {
  for (const to of [null, 'guest'])
    expect(change({ by: OWNER, from: 'member', to, isPersonal: true })).toBe('personal_organization_kept');
  expect(change({ by: OWNER, from: 'member', to: 'viewer', isPersonal: true })).toBeNull();
});

test('what an API key lacks it does not give', () => {
  const held = new Set(['access.member.manage', 'access.member.read']);
  expect(change({ by: OWNER, held, from: 'guest', to: 'viewer' })).toBe('role_beyond_own');
});

test('a role of a newer version is taken away by whoever manages members', () => {
  expect(change({ by: 'admin', from: 'astronaut', to: 'member' })).toBeNull();
});

test('the roles one is shown are those one may give', () => {
  const about = { held: organizationGrants('admin'), isSelf: false, otherOwners: 1, isPersonal: false };
  expect(assignableRoles({ ...about, from: 'member' })).toEqual(['admin', 'viewer', 'billing', 'security', 'guest']);
  expect(assignableRoles({ ...about, from: 'owner' })).toEqual([]);
});

describe('in a project', () => {
  const give = (held: string, from: string | null, to: string | null, isSelf = false) =>
    projectRoleRefusal({ held: projectGrants(held), isSelf, from, to });

  test('its admin gives what they hold there, and takes nothing that is more', () => {
    for (const to of projectRoles.keys()) expect(give('admin', null, to)).toBeNull();
    expect(give('member', null, 'admin')).toBe('role_beyond_own');
    expect(give('member', 'admin', null)).toBe('role_beyond_own');
  });

  test('one gives oneself nothing for the time after one’s role in the organization', () => {
    const held = organizationGrants(OWNER);
    expect(projectRoleRefusal({ held, isSelf: true, from: null, to: 'viewer' })).toBe('own_role_raised');
    expect(projectRoleRefusal({ held, isSelf: true, from: 'admin', to: 'viewer' })).toBeNull();
    expect(projectRoleRefusal({ held, isSelf: true, from: 'admin', to: null })).toBeNull();
  });

  test('in no role in a project is more than in the role of that name in the organization', () => {
    for (const name of projectRoles.keys()) expect(beyond(organizationGrants(name), projectGrants(name))).toEqual([]);
  });
});

describe('whatever people do to each other', () => {
  const PEOPLE = 5;
  const person = fc.nat({ max: PEOPLE - 1 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('change' as const), by: person, of: person, to: fc.constantFrom(...ROLES, null) }),
    fc.record({
      kind: fc.constant('project' as const),
      by: person,
      of: person,
      to: fc.constantFrom(...projectRoles.keys(), null),
    }),
    fc.record({ kind: fc.constant('invite' as const), by: person, of: person, to: fc.constantFrom(...ROLES) }),
    fc.record({ kind: fc.constant('transfer' as const), by: person, of: person, to: fc.constantFrom(...ROLES) }),
  );
  const start = fc
    .array(fc.constantFrom(...ROLES, null), { minLength: PEOPLE, maxLength: PEOPLE })
    .filter(roles => roles.includes(OWNER));

  test('there is an owner, and nobody holds more than they or one of those who acted held', () => {
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 25 }), (roles, steps) => {
        const inOrganization = [...roles];
        const inProject: (string | null)[] = roles.map(() => null);
        const before = roles.map(role => organizationGrants(role));
        const acted = new Set<number>();
        const everywhere = (who: number) => organizationGrants(inOrganization[who] ?? null);
        const there = (who: number) => new Set([...everywhere(who), ...projectGrants(inProject[who] ?? null)]);
        const refusal = (by: number, of: number, to: string | null) =>
          membershipRefusal({
            held: everywhere(by),
            isSelf: by === of,
            from: inOrganization[of] ?? null,
            to,
            otherOwners: inOrganization.filter((role, who) => role === OWNER && who !== of).length,
            isPersonal: false,
          });

        for (const { kind, by, of, to } of steps) {
          if (kind === 'change') {
            const mayAsk = everywhere(by).has('access.member.manage') || (by === of && to === null);
            if (inOrganization[of] === null || !mayAsk || refusal(by, of, to) !== null) continue;
            inOrganization[of] = to;
            if (to === null) inProject[of] = null;
          } else if (kind === 'project') {
            const isAsked = inOrganization[of] !== null && there(by).has('access.project_member.manage');
            const change = { held: there(by), isSelf: by === of, from: inProject[of] ?? null, to };
            if (!isAsked || projectRoleRefusal(change) !== null) continue;
            inProject[of] = to;
          } else if (kind === 'invite') {
            const held = everywhere(by);
            if (inOrganization[of] !== null || !held.has('access.member.manage')) continue;
            if (beyond(held, organizationGrants(to)).length > 0) continue;
            inOrganization[of] = to;
          } else {
            if (by === of || inOrganization[of] === null || !everywhere(by).has('access.organization.transfer'))
              continue;
            if (refusal(by, of, OWNER) !== null) continue;
            inOrganization[of] = OWNER;
            if (refusal(by, by, to) === null) inOrganization[by] = to;
          }
          acted.add(by);
        }

        expect(inOrganization).toContain(OWNER);
        const ofActors = new Set([...acted].flatMap(who => [...(before[who] ?? [])]));
        for (let who = 0; who < PEOPLE; who += 1) {
          const most = new Set([...(before[who] ?? []), ...ofActors]);
          expect([...there(who)].filter(permission => !most.has(permission))).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
  });
});
