import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { waitFor } from '@portico/plugin-kit/testing';
import { getAllocationMetrics } from '@portico/plugin-workloads/contract';
import type { RealNode } from '../../../fleet-backend/src/testing/real-nodes';
import { describeWithRealNodes, startRealNode } from '../../../fleet-backend/src/testing/real-nodes';
import { OpenSsh } from '../gateways/testing/open-ssh';
import { TerminalClient } from '../gateways/testing/terminal-client';
import { startPortalOnRealNode } from '../testing/portal-on-real-node';
import type { PortalOnRealNode } from '../testing/portal-on-real-node';

/** One machine from its first login to the last thing removed from it, by the doors people use. The steps build on each other. */
describeWithRealNodes('a workload on a real node', () => {
  let node: RealNode;
  let portal: PortalOnRealNode;
  let openSsh: OpenSsh;
  let token: string;
  let allocationId: string;
  let port: number;

  beforeAll(async () => {
    [node, portal] = await Promise.all([startRealNode({ name: 'gpu-1', gpus: 4 }), startPortalOnRealNode()]);
    openSsh = new OpenSsh();
    ({ token } = await portal.signUp());
    await portal.addKey(token, openSsh.key('mine'));
  }, 90_000);
  afterAll(async () => {
    openSsh?.close();
    await portal?.stop();
    await node?.stop();
  });

  const to = () => [`${allocationId}@127.0.0.1`];
  const ssh = async (...command: string[]) => {
    const ran = await openSsh.run('ssh', [...openSsh.options('mine'), '-p', String(port), ...to(), ...command]);
    return { ...ran, text: ran.stdout.toString().trim() };
  };

  it('brings the node in, examines it and makes slots of its GPUs', async () => {
    const nodeId = await portal.enrol(node);
    const { verdict } = await portal.node(nodeId);
    expect(verdict?.checks.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(await portal.freeGpus()).toBe(4);
    // The credential was for once: a key of Portico's own is there now.
    expect(
      await node.read('cat ~ops/.ssh/authorized_keys ~portico/.ssh/authorized_keys 2>/dev/null | grep -ci portico'),
    ).not.toBe('0');
  }, 60_000);

  it('launches a container with two of its GPUs', async () => {
    ({ allocationId } = await portal.launch(token, { gpu_count: 2 }));
    const active = await portal.until(token, allocationId, 'active');
    expect(active).toMatchObject({ isolation: 'container', failure_reason: null });
    port = active.connection?.port ?? 0;
    expect(await node.containers()).toEqual([`portico-${allocationId}`]);
    expect(await portal.freeGpus()).toBe(2);
  }, 90_000);

  it('is entered with OpenSSH, and sees exactly those GPUs', async () => {
    const { code, text, stderr } = await ssh('whoami; ls /dev/nvidia[0-9]*; nvidia-smi -L | wc -l');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [user, ...devices] = text.split('\n');
    expect(user).toBe('user');
    expect(devices.pop()).toBe('2');
    const { slots } = await portal.allocation(token, allocationId);
    expect(devices.sort()).toEqual(slots.map(slot => `/dev/nvidia${slot.gpu_index}`).sort());
    expect((await ssh('exit 42')).code).toBe(42);
  });

  it('takes and gives files, by sftp and scp', async () => {
    mkdirSync(openSsh.file('files'));
    const bytes = Buffer.alloc(3_000_000, 'portico ');
    writeFileSync(openSsh.file('files/up'), bytes);
    const options = [...openSsh.options('mine'), '-P', String(port)];
    const up = await openSsh.run('scp', [...options, openSsh.file('files/up'), `${to()[0]}:up`]);
    expect({ code: up.code, stderr: up.stderr }).toEqual({ code: 0, stderr: '' });
    const down = await openSsh.run('sftp', [...options, '-b', '-', ...to()], {
      input: `rename up there\nget there ${openSsh.file('files/down')}\n`,
    });
    expect({ code: down.code, stderr: down.stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(openSsh.file('files/down')).equals(bytes)).toBe(true);
  });

  it('is reached on a port by ssh -L', async () => {
    await ssh(
      `cat > server.py <<'END'
import socket
server = socket.create_server(('127.0.0.1', 8888))
while True:
    client = server.accept()[0]
    client.sendall(client.recv(100).upper())
    client.close()
END
setsid python3 server.py >/dev/null 2>&1 &`,
    );
    const local = await freePort();
    const child = openSsh.start('ssh', [
      ...openSsh.options('mine'),
      '-p',
      String(port),
      '-N',
      '-L',
      `${local}:127.0.0.1:8888`,
      ...to(),
    ]);
    expect(await waitFor(() => ask(local, 'hello').catch(() => null), 'an answer through the forward')).toBe('HELLO');
    child.kill();
  });

  it('has a terminal in the browser, which goes on when the window is closed', async () => {
    const open = async () =>
      new TerminalClient(portal.url, allocationId, await portal.terminalToken(token, allocationId));
    const first = await open();
    await first.attach({ cols: 90, rows: 20 });
    first.type("stty size; X=kept; echo he''re\n");
    await first.sees(/20 90[^]*here\r\n/);
    const { seq } = first;
    first.vanish();
    const second = await open();
    await second.attach({ after_seq: seq });
    second.type('echo $X-$PORTICO_ALLOCATION_ID\n');
    await second.sees(new RegExp(`kept-${allocationId}\r\n`));
    second.type('exit 3\n');
    expect(await second.told('closed')).toMatchObject({ exit_code: 3, reason: 'exited' });
  });

  it('is measured', async () => {
    const { slots } = await portal.allocation(token, allocationId);
    const loads = await waitFor(async () => {
      const { series } = await portal.call(getAllocationMetrics, { token, params: { allocation_id: allocationId } });
      const measured = series.filter(({ name }) => name === 'gpu_utilization_percent');
      const seen = measured.map(one => [one.gpu_index, one.simulated, one.values.findLast(value => value !== null)]);
      return seen.length === 2 && seen.every(([, , value]) => value !== undefined) && seen;
    }, 'metrics of its GPUs');
    // As the driver of that node has it: each GPU is busier than the one before.
    expect(loads).toEqual(slots.map(({ gpu_index: index }) => [index, false, 10 + index]));
  });

  it('is released, and nothing of it is left on the node or open on the bill', async () => {
    await portal.release(token, allocationId);
    const released = await portal.until(token, allocationId, 'released');
    expect(released.billing_stopped_at).not.toBeNull();
    expect(await portal.leftOn(node)).toEqual([]);
    expect(await portal.freeGpus()).toBe(4);
    expect((await portal.balance(token)).held.amount).toBe('0');
    await portal.assertBooksBalance();
    expect((await ssh('true')).code).not.toBe(0);
  }, 60_000);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise(done => server.close(done));
  return port;
}

function ask(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let said = '';
    socket.on('error', reject);
    socket.on('data', chunk => (said += String(chunk)));
    socket.on('close', () => (said === '' ? reject(new Error('no answer')) : resolve(said)));
  });
}
