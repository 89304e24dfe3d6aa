import { TestClock } from '../testing/test-clock';
import { waitFor } from '../testing/wait-for';
import { repeat } from './repeat';

function started(work: (signal: AbortSignal) => Promise<void>, options: { restFirst?: boolean } = {}) {
  const clock = new TestClock();
  const errors: string[] = [];
  const loop = repeat({
    name: 'the sweep',
    clock,
    logger: { error: message => void errors.push(message) },
    intervalSeconds: 10,
    work,
    ...options,
  });
  return { clock, errors, loop };
}

test('works at once and after every rest; a turn that fails is told and followed by the next', async () => {
  let turns = 0;
  const { clock, errors, loop } = started(async () => {
    turns += 1;
    if (turns === 2) throw new Error('away');
  });
  await waitFor(() => turns === 1 && clock.sleepers === 1);
  await clock.advance(10_000);
  await waitFor(() => turns === 2 && clock.sleepers === 1);
  await clock.advance(10_000);
  await waitFor(() => turns === 3 && clock.sleepers === 1);
  expect(errors).toEqual(['the sweep failed and is tried again']);
  await loop.stop();
  expect(clock.sleepers).toBe(0);
});

test('rests first when told', async () => {
  let turns = 0;
  const { clock, loop } = started(async () => void (turns += 1), { restFirst: true });
  await clock.advance(9_999);
  expect(turns).toBe(0);
  await clock.advance(1);
  await waitFor(() => turns === 1);
  await loop.stop();
});

test('a stop aborts the turn under way, waits for it and complains of nothing', async () => {
  let ended = false;
  const { errors, loop } = started(async signal => {
    await new Promise(resolve => signal.addEventListener('abort', resolve));
    ended = true;
    throw new Error('stopped');
  });
  await loop.stop();
  expect(ended).toBe(true);
  expect(errors).toEqual([]);
});
