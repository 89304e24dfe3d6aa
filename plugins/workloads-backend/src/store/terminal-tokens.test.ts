import type { Database, Secrets } from '@portico/plugin-kit/backend';
import { eachDatabase, type TestClock } from '@portico/plugin-kit/testing';
import { createHmac } from 'node:crypto';
import { migrations } from '../../migrations';
import { issueTerminalToken, redeemTerminalToken, revokeTerminalTokens } from './terminal-tokens';

const grant = {
  allocationId: 'alloc_1',
  organizationId: 'org_1',
  projectId: 'proj_1',
  userId: 'usr_1',
  sessionId: 'sess_1',
};
const secrets: Pick<Secrets, 'fingerprint'> = {
  fingerprint: (purpose, text) => createHmac('sha256', 'key').update(`${purpose} ${text}`).digest('base64url'),
};

eachDatabase(db => {
  let database: Database;
  let clock: TestClock;
  const issue = () =>
    database.transaction(tx => issueTerminalToken(tx, secrets as Secrets, { grant, expiresAt: tx.now + 60_000 }));
  const redeem = (token: string) => database.transaction(tx => redeemTerminalToken(tx, secrets as Secrets, token));
  beforeEach(async () => {
    ({ database, clock } = await db.open());
    await database.migrate('workloads', migrations);
  });

  it('opens one connection, of however many try at once', async () => {
    const token = await issue();
    const grants = await Promise.all(Array.from({ length: 8 }, () => redeem(token)));
    expect(grants.filter(Boolean)).toEqual([grant]);
  });

  it('is worth nothing after its minute', async () => {
    const token = await issue();
    clock.set(clock.now() + 60_000);
    expect(await redeem(token)).toBeUndefined();
  });

  it('is worth nothing once access to the allocation was stopped', async () => {
    const token = await issue();
    await database.transaction(tx => revokeTerminalTokens(tx, 'alloc_1'));
    expect(await redeem(token)).toBeUndefined();
  });

  it('is not kept in a form that could be used', async () => {
    const token = await issue();
    const rows = await database.read.all('SELECT * FROM workloads_terminal_tokens');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});
