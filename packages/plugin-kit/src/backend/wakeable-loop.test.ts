import { TestClock, waitFor } from '@portico/plugin-kit/testing';
import { WakeableLoop } from './wakeable-loop';

function loop(work: () => Promise<boolean | number>, clock = new TestClock()) {
  const warnings: string[] = [];
  const made = new WakeableLoop({
    name: 'test',
    clock,
    logger: { warn: message => void warnings.push(message) },
    pollMilliseconds: 1_000,
    work,
  });
  return { made, clock, warnings };
}

test('works at the start, when woken and when its poll is due, and once more for a wake-up during a round', async () => {
  let rounds = 0;
  let hold = Promise.resolve();
  const { made, clock } = loop(async () => {
    rounds += 1;
    await hold;
    return false;
  });
  made.start();
  await waitFor(() => rounds === 1 && clock.sleepers === 1);
  made.wake();
  await waitFor(() => rounds === 2 && clock.sleepers === 1);
  await clock.advance(1_000);
  await waitFor(() => rounds === 3 && clock.sleepers === 1);
  let release = () => {};
  hold = new Promise(resolve => (release = resolve));
  made.wake();
  await waitFor(() => rounds === 4);
  made.wake();
  release();
  await waitFor(() => rounds === 5 && clock.sleepers === 1);
  await made.stop();
  made.wake();
  expect(rounds).toBe(5);
});

test('goes on at once while there is more, rests as long as told, and does not hammer after a failure', async () => {
  const answers: (boolean | number | Error)[] = [true, true, 5_000, new Error('away'), new Error('away'), false];
  const at: number[] = [];
  const clock = new TestClock(0);
  const { made, warnings } = loop(async () => {
    at.push(clock.now());
    const answer = answers.shift() ?? false;
    if (answer instanceof Error) throw answer;
    return answer;
  }, clock);
  made.start();
  await waitFor(async () => {
    await clock.advance(100);
    return answers.length === 0;
  });
  const [first, , third, fourth, fifth, sixth] = at as [number, number, number, number, number, number];
  // Nobody moved the clock past a rest in between: the first three came without one.
  expect(third - first).toBeLessThan(1_000);
  expect([fourth - third, fifth - fourth, sixth - fifth]).toEqual([5_000, 200, 400]);
  expect(warnings.length).toBe(2);
  await made.stop();
});
