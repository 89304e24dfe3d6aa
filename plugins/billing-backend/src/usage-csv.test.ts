import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Queries } from '@portico/plugin-kit/backend';
import { eachDatabase, TEST_EPOCH } from '@portico/plugin-kit/testing';
import { openBilling, openOrganization } from './testing/billing-fixture';
import { seedUsage } from './testing/usage-seed';
import { usageCsv } from './usage-csv';

const ROWS = 60_000;
/** Between the first tenth of an export and its end; a copy of all rows would be several times this. */
const GROWTH_BYTES_MAX = 8 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapUsed = () => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

eachDatabase(db => {
  test('an export of many rows streams: it reads as it is read, in constant memory', async () => {
    const billing = await openBilling(db);
    const scope = await openOrganization(billing, 0n);
    await seedUsage(billing.database, { scope, rows: ROWS, startedAt: TEST_EPOCH - ROWS * 1_800_000 - 7_200_000 });
    let asked = 0;
    const counting: Queries = {
      ...billing.database.read,
      all: (...query) => ((asked += 1), billing.database.read.all(...query)),
    };
    const controller = new AbortController();
    const stream = usageCsv(counting, {
      filter: { organizationId: scope.organizationId },
      sort: '-cost',
      now: TEST_EPOCH,
      signal: controller.signal,
    });

    await stream.next();
    expect(asked).toBe(0);
    let rows = 0;
    let early = 0;
    for await (const chunk of stream) {
      rows += chunk.split('\r\n').length - 1;
      if (early === 0 && rows >= ROWS / 10) early = heapUsed();
    }
    expect(rows).toBe(ROWS);
    expect(heapUsed() - early).toBeLessThan(GROWTH_BYTES_MAX);
  });

  test('an export nobody waits for any more ends', async () => {
    const billing = await openBilling(db);
    const scope = await openOrganization(billing, 0n);
    await seedUsage(billing.database, { scope, rows: 5_000, startedAt: TEST_EPOCH - 5_000 * 1_800_000 - 7_200_000 });
    const controller = new AbortController();
    let chunks = 0;
    for await (const _chunk of usageCsv(billing.database.read, {
      filter: { organizationId: scope.organizationId },
      sort: 'started_at',
      now: TEST_EPOCH,
      signal: controller.signal,
    })) {
      chunks += 1;
      if (chunks === 2) controller.abort();
    }
    expect(chunks).toBe(2);
  });
});
