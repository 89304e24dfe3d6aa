import { eachDatabase } from '@portico/plugin-kit/testing';
import { nodesAndSlots } from './0001_nodes_and_slots';
import { sshNodes } from './0002_ssh_nodes';

eachDatabase(db => {
  test('nodes that were there are the configuration’s, in the default region, and reached by no address', async () => {
    const { database, close } = await db.open();
    await database.migrate('fleet', [nodesAndSlots]);
    await database.transaction(tx =>
      tx.run(
        `INSERT INTO fleet_nodes (node_id, name, ordinal, runtime, simulated, status, status_changed_at, configured, created_at)
         VALUES ('node_1', 'node-1', 1, 'local', 1, 'ready', 1, 1, 1)`,
      ),
    );
    await database.migrate('fleet', [nodesAndSlots, sshNodes]);
    expect(await database.read.all('SELECT * FROM fleet_nodes')).toMatchObject([
      {
        node_id: 'node_1',
        status: 'ready',
        origin: 'configuration',
        region: 'default',
        address_host: null,
        username: null,
        host_key: null,
        notes: '',
        status_reason: null,
      },
    ]);
    expect(await database.read.all('SELECT * FROM fleet_enrolment_tokens')).toEqual([]);
    await close();
  });
});
