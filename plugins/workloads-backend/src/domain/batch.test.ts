import { memberNames, statusCounts } from './batch';

describe('a batch', () => {
  it('numbers its allocations; one that is launched alone keeps the name', () => {
    expect(memberNames('sweep', 3)).toEqual(['sweep-1', 'sweep-2', 'sweep-3']);
    expect(memberNames('sweep', 1)).toEqual(['sweep']);
  });

  it('counts its allocations by what people are shown', () => {
    const statuses = ['requested', 'provisioning', 'active', 'release_failed'] as const;
    expect(statusCounts(statuses.map(status => ({ status })))).toEqual({
      provisioning: 2,
      active: 1,
      releasing: 0,
      released: 0,
      failed: 0,
      release_failed: 1,
    });
  });
});
