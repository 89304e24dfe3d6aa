import { eachDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '.';

const before = migrations.slice(
  0,
  migrations.findIndex(({ name }) => name === '0003_slot_maps'),
);

eachDatabase(db => {
  test('slots of before are whole, of no map, and stay with who holds them', async () => {
    const { database, close } = await db.open();
    await database.migrate('fleet', before);
    await database.transaction(async tx => {
      await tx.run(
        `INSERT INTO fleet_nodes (node_id, name, ordinal, runtime, simulated, status, status_changed_at, configured, created_at)
         VALUES ('node_1', 'node-1', 1, 'local', 1, 'ready', 700, 1, 700)`,
      );
      await tx.run(
        `INSERT INTO fleet_slots (slot_id, node_id, gpu_model, gpu_index, gpu_uuid, gpu_memory_bytes, numa_node, simulated, fraction_milli, status, allocation_id, held_at, withdrawn)
         VALUES ('slot_1', 'node_1', 'H200', 0, 'GPU-1', 1, 0, 1, 1000, 'held', 'alloc_1', 700, 0)`,
      );
    });
    await database.migrate('fleet', migrations);
    expect(
      await database.read.all(
        'SELECT slot_id, status, allocation_id, parts, slot_map_id, label, gpu_pci, nvme_serial, blocked_kind, blocked_reason, blocked_at FROM fleet_slots',
      ),
    ).toEqual([
      {
        slot_id: 'slot_1',
        status: 'held',
        allocation_id: 'alloc_1',
        parts: 1,
        slot_map_id: null,
        label: null,
        gpu_pci: null,
        nvme_serial: null,
        blocked_kind: null,
        blocked_reason: null,
        blocked_at: null,
      },
    ]);
    await close();
  });
});
