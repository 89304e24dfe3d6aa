import fc from 'fast-check';
import { hostnameOf } from './hostname';

describe('the host name', () => {
  it.each([
    ['Training run #7', 'training-run-7-abc123'],
    ['Größe', 'gro-e-abc123'],
    ['日本', 'gpu-abc123'],
    ['--', 'gpu-abc123'],
  ])('of %s is %s', (name, hostname) => expect(hostnameOf(name, 'alloc_0abc123')).toBe(hostname));

  it('is always a DNS label', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), name =>
        expect(hostnameOf(name, 'alloc_0abc123')).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
      ),
    );
  });
});
