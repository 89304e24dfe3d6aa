import { systemClock } from './system-clock';

test('the system clock wakes early when told', async () => {
  const early = new AbortController();
  const began = Date.now();
  const sleeping = systemClock.sleep(60_000, early.signal);
  early.abort();
  await sleeping;
  await systemClock.sleep(1, early.signal);
  await systemClock.sleep(2);
  expect(Date.now() - began).toBeLessThan(30_000);
});
