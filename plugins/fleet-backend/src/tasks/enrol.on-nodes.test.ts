import {
  acceptHostKey,
  addNode,
  changeNode,
  createEnrolmentToken,
  deleteNode,
  getNode,
  listNodes,
  lookUpHostKey,
  probeNode,
  retryEnrolment,
} from '@portico/plugin-fleet/contract';
import { createTestDatabase, startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import { fingerprintOf } from '../ssh/host-key';
import { describeWithRealNodes, startRealNode } from '../testing/real-nodes';
import type { RealNode } from '../testing/real-nodes';

const settings = {
  fleet: {
    nodes: [{ name: 'node-1', gpuCount: 1 }],
    ssh: { allowedNetworks: ['10.0.0.0/8'] },
    heartbeat: { intervalSeconds: 1, unreachableAfterSeconds: 2 },
  },
};
const wrong = { kind: 'password', password: 'nothing fits' } as const;
const ends = ['completed', 'failed', 'cancelled'];

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  describeWithRealNodes('bringing in real machines', () => {
    const start = () =>
      startTestBackend({
        database,
        plugins: ['fleet'],
        settings,
      });
    let backend: Awaited<ReturnType<typeof start>>;
    let token: string;
    let machine: RealNode;
    beforeAll(async () => {
      backend = await start();
      token = backend.signInAs({ permissions: ['fleet.node.read', 'fleet.node.manage'] }).token;
      machine = await startRealNode({ name: 'gpu-a', gpus: 2, prepared: false });
    }, 60_000);
    afterAll(async () => {
      await machine?.stop();
      await backend?.stop();
    });

    const rows = (table: string) => backend.services.database.read.all(`SELECT * FROM ${table}`);
    const operator = (name: string) => ({
      name,
      address: { host: machine.address, port: machine.port },
      username: machine.logins.operator,
      credential: { kind: 'password', password: machine.logins.password } as const,
    });
    const add = (name: string, more: object = {}) =>
      backend.call(addNode, { token, body: { ...operator(name), ...more } });
    const ended = (taskId: string) =>
      waitFor(async () => {
        const found = await backend.services.tasks.get(backend.services.database.read, taskId);
        return found !== undefined && ends.includes(found.status) && found;
      }, 'the task to end');
    const node = (nodeId: string) => backend.call(getNode, { token, params: { node_id: nodeId } });
    const becomes = (nodeId: string, status: string) =>
      waitFor(async () => (await node(nodeId)).status === status, `the node to be ${status}`);
    const remove = (nodeId: string) => backend.call(deleteNode, { token, params: { node_id: nodeId } });
    const keys = () => machine.read('cat ~ops/.ssh/authorized_keys');

    test('a password is used once: Portico’s own key takes its place, the machine is examined and takes work', async () => {
      const fingerprint = fingerprintOf(machine.hostKey());
      const shown = await backend.call(lookUpHostKey, { token, body: { address: operator('').address } });
      expect(shown).toEqual({ type: 'ssh-ed25519', fingerprint });
      const before = await keys();
      const added = await add('gpu-a', { host_key_fingerprint: fingerprint, region: 'north' });
      expect(added.node).toMatchObject({ status: 'registered', runtime: 'ssh', region: 'north' });
      expect((await ended(added.task_id)).steps.map(step => [step.name, step.status, step.error])).toEqual(
        ['connect', 'install_key', 'verify', 'probe'].map(name => [name, 'completed', null]),
      );
      const brought = await node(added.node.node_id);
      expect(brought.verdict?.checks.filter(check => check.status === 'failed')).toEqual([]);
      expect(brought).toMatchObject({
        status: 'ready',
        status_reason: null,
        origin: 'administrator',
        isolation: 'container',
      });
      expect(brought.cpu_count).toBeGreaterThan(0);
      expect(brought.memory_bytes).toBeGreaterThan(0);
      expect(await keys()).toBe(`${before}\n${brought.public_key}`);
      expect(JSON.stringify([await rows('fleet_node_credentials'), await rows('fleet_nodes')])).not.toContain(
        machine.logins.password,
      );
      expect(await rows('fleet_node_credentials')).toMatchObject([{ given_encrypted: null }]);
      await remove(added.node.node_id);
      await waitFor(async () => (await keys()) === before, 'the key to be gone');
    });

    test('wrong credentials end the task with a word for it, and others can be given', async () => {
      const added = await add('gpu-b', { credential: wrong });
      const failed = await ended(added.task_id);
      expect(failed).toMatchObject({
        status: 'failed',
        steps: [{ error: { code: 'credentials_refused' } }, {}, {}, {}],
      });
      const params = { node_id: added.node.node_id };
      const { status, status_reason: reason } = await node(params.node_id);
      expect([status, reason]).toEqual(['registered', expect.stringContaining('refuses the login')]);
      expect(await rows('fleet_node_credentials')).toMatchObject([{ given_encrypted: null }]);
      expect(await backend.refusal(probeNode, { token, params })).toMatchObject({ code: 'node_not_enrolled' });
      const credential = { kind: 'private_key', private_key: machine.privateKey } as const;
      const again = await backend.call(retryEnrolment, { token, params, body: { credential, username: 'root' } });
      expect(await ended(again.task_id)).toMatchObject({ status: 'completed' });
      await remove(params.node_id);
    });

    test('wrong credentials for a node that works leave it working', async () => {
      const added = await add('gpu-w');
      await ended(added.task_id);
      const params = { node_id: added.node.node_id };
      const again = await backend.call(retryEnrolment, { token, params, body: { credential: wrong } });
      expect(await ended(again.task_id)).toMatchObject({ status: 'failed' });
      expect(await node(params.node_id)).toMatchObject({ status: 'ready', status_reason: null });
      expect(await backend.call(probeNode, { token, params })).not.toMatchObject({ verdict: 'failed' });
      await remove(params.node_id);
    });

    test('a portal that is stopped in the middle goes on with it, and installs the key once', async () => {
      const data = await createTestDatabase(database);
      const on = { plugins: ['fleet'], settings, on: data } as const;
      let portal = await startTestBackend(on);
      try {
        const asAdministrator = () => portal.signInAs({ permissions: ['fleet.node.read', 'fleet.node.manage'] }).token;
        const added = await portal.call(addNode, { token: asAdministrator(), body: operator('gpu-s') });
        for (const step of ['install_key', 'verify', 'probe']) {
          await waitFor(async () => {
            const found = await portal.services.tasks.get(portal.services.database.read, added.task_id);
            return found?.steps.some(({ name, status }) => name === step && status !== 'pending');
          }, `${step} to begin`);
          await portal.stop({ keep: true });
          portal = await startTestBackend(on);
        }
        const params = { node_id: added.node.node_id };
        await waitFor(
          async () => (await portal.call(getNode, { token: asAdministrator(), params })).status === 'ready',
          'the node to be ready',
        );
        const { public_key: key } = await portal.call(getNode, { token: asAdministrator(), params });
        const installed = async () => (await keys()).split('\n').filter(line => line === key).length;
        expect(await installed()).toBe(1);
        await portal.call(deleteNode, { token: asAdministrator(), params });
        await waitFor(async () => (await installed()) === 0, 'the key to be gone');
      } finally {
        await portal.stop();
      }
    }, 90_000);

    test('a login without sudo ends the task with a word for it', async () => {
      const added = await add('gpu-c', { username: machine.logins.visitor });
      const { status, steps } = await ended(added.task_id);
      expect([status, steps[0]?.error?.code]).toEqual(['failed', 'credentials_refused']);
      expect(steps[0]?.error?.message).toContain('sudo');
      await remove(added.node.node_id);
    });

    test('a fingerprint that does not fit is refused before anything is sent', async () => {
      const body = { ...operator('gpu-d'), host_key_fingerprint: `SHA256:${'A'.repeat(43)}` };
      expect(await backend.refusal(addNode, { token, body })).toMatchObject({
        status: 409,
        code: 'host_key_mismatch',
        details: { shown: fingerprintOf(machine.hostKey()) },
      });
    });

    test('of several that add one name at once, one has it', async () => {
      const replies = await Promise.all(
        Array.from({ length: 4 }, () => backend.request('POST', 'admin/nodes', { token, body: operator('gpu-e') })),
      );
      expect(replies.map(reply => `${reply.status} ${String(reply.body.code)}`).sort()).toEqual([
        '202 undefined',
        ...Array<string>(3).fill('409 node_name_taken'),
      ]);
      const won = replies.find(reply => reply.status === 202)?.body as { task_id: string; node: { node_id: string } };
      await ended(won.task_id);
      await remove(won.node.node_id);
    });

    test('silence makes it unreachable, an answer ready; another host key is not talked to until accepted', async () => {
      const added = await add('gpu-f');
      await ended(added.task_id);
      const params = { node_id: added.node.node_id };
      await machine.partition();
      await becomes(params.node_id, 'unreachable');
      await machine.heal();
      await becomes(params.node_id, 'ready');

      const old = fingerprintOf(machine.hostKey());
      await machine.changeHostKey();
      await machine.crash();
      await machine.boot();
      const changed = fingerprintOf(machine.hostKey());
      await waitFor(async () => (await node(params.node_id)).changed_host_key !== null, 'the other key to be noticed');
      expect(await node(params.node_id)).toMatchObject({
        status: 'unreachable',
        host_key: { fingerprint: old },
        changed_host_key: { fingerprint: changed },
        status_reason: expect.stringContaining('host key') as string,
      });
      const { verdict, checks } = await backend.call(probeNode, { token, params });
      expect([verdict, checks.find(check => check.check === 'host_key')?.status]).toEqual(['failed', 'failed']);
      const stale = { token, params, body: { fingerprint: old } };
      expect(await backend.refusal(acceptHostKey, stale)).toMatchObject({ code: 'host_key_mismatch' });
      const accepted = await backend.call(acceptHostKey, { token, params, body: { fingerprint: changed } });
      expect(accepted).toMatchObject({ host_key: { fingerprint: changed }, changed_host_key: null });
      await becomes(params.node_id, 'ready');
      const again = { token, params, body: { fingerprint: changed } };
      expect(await backend.refusal(acceptHostKey, again)).toMatchObject({ code: 'host_key_unchanged' });
      await remove(params.node_id);
    }, 120_000);

    test('edited in place; another address must show the pinned key', async () => {
      const added = await add('gpu-g');
      await ended(added.task_id);
      const params = { node_id: added.node.node_id };
      const change = (body: Parameters<typeof backend.call<typeof changeNode>>[1]['body']) =>
        backend.refusal(changeNode, { token, params, body });
      const body = { name: 'gpu-h', region: 'south', notes: 'Rack 4.' };
      expect(await backend.call(changeNode, { token, params, body })).toMatchObject({ ...body, status: 'ready' });
      expect(await change({ name: 'node-1' })).toMatchObject({ code: 'node_name_taken' });
      expect(await change({ address: { host: '127.0.0.1' } })).toMatchObject({ code: 'address_refused' });
      const other = await startRealNode({ name: 'gpu-other', gpus: 0 });
      try {
        expect(await change({ address: { host: other.address } })).toMatchObject({ code: 'host_key_mismatch' });
      } finally {
        await other.stop();
      }
      await remove(params.node_id);
    }, 60_000);

    test('one in use is not deleted, and the refusal names what runs there', async () => {
      const added = await add('gpu-i');
      await ended(added.task_id);
      const nodeId = added.node.node_id;
      const write = (sql: string, parameters: string[] = []) =>
        backend.services.database.transaction(tx => tx.run(sql, parameters));
      await write(
        `INSERT INTO fleet_slots (slot_id, node_id, gpu_model, gpu_index, gpu_uuid, gpu_memory_bytes, numa_node, simulated, fraction_milli, status, allocation_id, organization_id, held_at, withdrawn)
         VALUES ('slot_held', ?, 'H200', 0, 'GPU-1', 1, 0, 0, 1000, 'held', 'alloc_mine', 'org_mine', 1, 0)`,
        [nodeId],
      );
      expect(await backend.refusal(deleteNode, { token, params: { node_id: nodeId } })).toMatchObject({
        status: 409,
        code: 'node_in_use',
        details: { allocations: [{ allocation_id: 'alloc_mine', organization_id: 'org_mine' }], allocations_total: 1 },
      });
      expect((await node(nodeId)).status).toBe('ready');
      // Whom somebody released by force has nothing left to release: the slot has to be cleaned up.
      await write(`UPDATE fleet_slots SET status = 'cleanup_blocked' WHERE slot_id = 'slot_held'`);
      expect(await backend.refusal(deleteNode, { token, params: { node_id: nodeId } })).toMatchObject({
        code: 'node_in_use',
        details: { allocations: [], allocations_total: 0, blocked_slots: 1 },
      });
      await write(`UPDATE fleet_slots SET status = 'free', allocation_id = NULL WHERE slot_id = 'slot_held'`);
      await remove(nodeId);
      expect((await rows('fleet_slots')).filter(row => (row as { node_id: string }).node_id === nodeId)).toEqual([]);
    });

    test('a machine enrols itself by the script, which may run again and says what it does', async () => {
      const { token: enrolment } = await backend.call(createEnrolmentToken, { token, body: { name: 'by-token' } });
      const script = (await backend.request('GET', 'nodes/enroll/script', {})).text;
      // The portal of the test listens on loopback, out of the machine's reach: what the script would send is carried over by hand.
      const sent = await machine.run(
        `mkdir -p /tmp/fake && cat >/tmp/fake/curl <<'END'
#!/bin/sh
cat >/tmp/fake/sent
while [ ! -e /tmp/fake/answer ]; do sleep 0.05; done
cat /tmp/fake/answer
END
chmod 755 /tmp/fake/curl`,
      );
      expect(sent.status).toBe(0);
      const enrolling = (line = '') =>
        machine.run(
          `export PORTICO_TOKEN=${enrolment}; sed 's|^PATH=|PATH=/tmp/fake:|' | sh -s -- http://portal.test --address ${machine.address} ${line}`,
          { stdin: script, secondsMax: 60 },
        );
      const first = enrolling();
      const report = await waitFor(async () => {
        const { stdout } = await machine.run('cat /tmp/fake/sent 2>/dev/null');
        return stdout.endsWith('}}\n') || stdout.endsWith('}}') ? stdout : undefined;
      }, 'the script to report');
      const body = JSON.parse(report) as Record<string, unknown>;
      expect(body).toMatchObject({
        hostname: 'gpu-a',
        host_key: machine.hostKey(),
        ssh_port: 22,
        address: machine.address,
      });
      const reply = await backend.request('POST', 'nodes/enroll', { body });
      expect(reply.status).toBe(201);
      await machine.run('cat >/tmp/fake/answer', { stdin: reply.text });
      const { status, stdout } = await first;
      expect([status, stdout]).toEqual([0, expect.stringContaining('This machine is by-token')]);
      const nodeId = String(reply.body.node_id);
      await becomes(nodeId, 'ready');
      expect(await node(nodeId)).toMatchObject({
        username: 'portico',
        notes: expect.stringContaining('H200') as string,
      });

      const replayed = await backend.request('POST', 'nodes/enroll', { body });
      expect(replayed.body).toMatchObject({ code: 'enrolment_token_invalid' });
      const quoting = JSON.stringify({ ...replayed.body, message: 'No, "by-token" is \\ used.' });
      await machine.run('cat >/tmp/fake/answer', { stdin: quoting });
      const second = await enrolling();
      expect([second.status, second.stderr]).not.toContain(0);
      expect(second.stderr).toContain('(enrolment_token_invalid): No, "by-token" is \\ used.');
      // Its GPUs are described for containers already, in one of the two places, and are not described again.
      expect(second.stdout).not.toMatch(/nvidia-ctk|\(CDI\)/);
      expect(second.stdout).toContain('The user portico is there.');
      expect((await machine.read('cat ~portico/.ssh/authorized_keys')).split('\n')).toHaveLength(1);
      await becomes(nodeId, 'ready');
      const { items } = await backend.call(listNodes, { token, query: { name: 'by-token' } });
      expect(items).toHaveLength(1);
      await remove(nodeId);
    }, 90_000);
  });
});
