import { CodedError } from '@portico/plugin-kit/contract';
import { createTestDatabase } from '@portico/plugin-kit/testing';
import { startTestBackend } from '../../testing';
import { createRateLimits } from './rate-limits-service';

async function refusal(attempt: Promise<void>): Promise<CodedError | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

test('so many a minute, then a spare allowance, then a refusal that says how long', async () => {
  const limits = createRateLimits({ money: { perMinute: 3, burst: 2 } });
  for (let taken = 0; taken < 5; taken += 1) expect(await refusal(limits.consume('money', 'user:a'))).toBeUndefined();
  const refused = await refusal(limits.consume('money', 'user:a'));
  expect(refused).toMatchObject({
    code: 'rate_limited',
    status: 429,
    details: { limit: 'money', retry_after_seconds: expect.any(Number) },
  });
  expect(refused?.retryAfterSeconds).toBeGreaterThan(0);
  expect(await refusal(limits.consume('money', 'user:b'))).toBeUndefined();
});

test.each([
  [600, 700],
  [12, 14],
  [5, 5],
])('a limit of %d a minute for the API lets %d through at once', async (perMinute, through) => {
  const limits = createRateLimits({ api: { perMinute } });
  const refusals = await Promise.all(
    Array.from({ length: through + 3 }, () => refusal(limits.consume('api', 'user:a'))),
  );
  expect(refusals.filter(Boolean)).toHaveLength(3);
});

test('a limit nobody configured is a mistake of ours, not an open door', async () => {
  await expect(createRateLimits({}).consume('unknown', 'user:a')).rejects.toThrow('no rate limit called unknown');
});

test('replicas on one PostgreSQL count together', async () => {
  const data = await createTestDatabase('postgres');
  const options = {
    database: 'postgres',
    plugins: [],
    on: data,
    settings: { rateLimits: { signIn: { perMinute: 10, burst: 0 } } },
  } as const;
  const [one, two] = [await startTestBackend(options), await startTestBackend(options)];
  const attempts = Array.from({ length: 16 }, (_, place) =>
    refusal((place % 2 === 0 ? one : two).services.rateLimits.consume('signIn', 'address:x')),
  );
  expect((await Promise.all(attempts)).filter(Boolean)).toHaveLength(6);
  await one.stop({ keep: true });
  await two.stop();
});
