import fc from 'fast-check';
import { fromLocalInput, toLocalInput } from './local-time';

test('an instant survives the control to the minute, in any zone', () => {
  const minutes = fc.integer({ min: Date.UTC(2000, 0) / 60_000, max: Date.UTC(2100, 0) / 60_000 });
  fc.assert(
    fc.property(minutes, minute => {
      const instant = new Date(minute * 60_000).toISOString();
      const back = fromLocalInput(toLocalInput(instant)) ?? '';
      // The hour that a change to winter time repeats stands for two instants; the control cannot tell them apart.
      const apart = Math.abs(Date.parse(back) - Date.parse(instant));
      return apart === 0 || apart === 3_600_000;
    }),
  );
});

test.each(['', 'yesterday', '2026-13-40T00:00'])('“%s” is no instant', value => {
  expect(fromLocalInput(value)).toBeUndefined();
});

test.each([undefined, 'yesterday'])('%s shows nothing', instant => {
  expect(toLocalInput(instant)).toBe('');
});
