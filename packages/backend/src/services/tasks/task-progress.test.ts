import fc from 'fast-check';
import { backoffMilliseconds, nextMove, turnBack } from './task-progress';
import type { StepRow, TaskRow } from './task-tables';

/** `c` completed, `a` active, `p` pending, `f` failed, `u` failed and undone. */
function steps(text: string): StepRow[] {
  const status = { c: 'completed', a: 'active', p: 'pending', f: 'failed', u: 'failed' } as const;
  return [...text].map((letter, place) => ({
    task_id: 't',
    place,
    name: `s${place}`,
    status: status[letter as keyof typeof status],
    attempt: letter === 'p' ? 0 : 1,
    failures: 0,
    compensated: letter === 'u' ? 1 : 0,
    compensation_failures: 0,
    result_json: null,
    error_code: null,
    error_message: null,
    started_at: null,
    finished_at: null,
  }));
}
const task = (outcome: TaskRow['outcome']) => ({ outcome }) as TaskRow;

test.each([
  [null, 'ppp', 'run 0'],
  [null, 'cap', 'run 1'],
  [null, 'ccp', 'run 2'],
  [null, 'ccc', 'finish completed'],
  ['failed', 'cfp', 'compensate 1'],
  ['failed', 'cup', 'compensate 0'],
  ['failed', 'uup', 'finish failed'],
  ['cancelled', 'ppp', 'finish cancelled'],
  ['cancelled', 'ccp', 'compensate 1'],
] as const)('decided %s with %s: %s', (outcome, states, expected) => {
  const move = nextMove(task(outcome), steps(states));
  expect(`${move.kind} ${move.kind === 'finish' ? move.outcome : move.step.place}`).toBe(expected);
});

test.each([
  ['failed', ['completed', 'failed', 'skipped']],
  ['cancelled', ['completed', 'cancelled', 'cancelled']],
] as const)('turning back as %s settles every step', (outcome, expected) => {
  const rows = steps('cap');
  turnBack(task(null), rows, { outcome, error: null, now: 1 });
  expect(rows.map(row => row.status)).toEqual(expected);
});

test('waits grow to the maximum, never vanish and never exceed it', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 10, noNaN: true }),
      fc.double({ min: 1, max: 60, noNaN: true }),
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (backoffSeconds, backoffSecondsMax, failures, chance) => {
        const wait = backoffMilliseconds({ backoffSeconds, backoffSecondsMax }, failures, () => chance);
        const full = Math.min(backoffSeconds * 2 ** (failures - 1), backoffSecondsMax) * 1000;
        expect(wait).toBeGreaterThanOrEqual(Math.floor(full / 2));
        expect(wait).toBeLessThanOrEqual(Math.ceil(full));
      },
    ),
  );
});
