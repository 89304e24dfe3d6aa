import { RuntimeError } from '@portico/plugin-fleet/port';
import { PermanentStepError } from '@portico/plugin-kit/backend';
import { callRuntime } from './runtime-errors';

const caught = (error: Error): Promise<unknown> =>
  callRuntime(() => Promise.reject(error)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

test.each([
  ['node_unreachable', '10.1.2.3 port 22 does not answer.'],
  ['access_denied', '10.1.2.3 refuses the login of ops.'],
  ['host_key_changed', '10.1.2.3 shows another key.'],
] as const)('%s is told to those whose workload it is without the address of the node', async (code, message) => {
  const error = new RuntimeError(code, message);
  const thrown = await caught(error);
  expect(thrown).toBeInstanceOf(RuntimeError);
  expect(thrown).toMatchObject({ code, cause: error, message: expect.stringMatching(/^The node [^0-9]+\.$/) });
});

test('what is wrong with the workload itself is told as the node tells it', async () => {
  const full = new RuntimeError('disk_full', 'There is no room for a home.');
  expect(await caught(full)).toBe(full);
  const missing = await caught(new RuntimeError('image_missing', 'There is no such image.'));
  expect(missing).toBeInstanceOf(PermanentStepError);
  expect(missing).toMatchObject({ code: 'image_missing', message: 'There is no such image.' });
});
