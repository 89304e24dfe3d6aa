import { waitFor } from '@portico/plugin-kit/testing';
import { describeWithRealNodes } from '../../testing/real-nodes';
import { ContainerBench, PUBLIC_ADDRESS, request } from './testing/container-bench';

jest.setTimeout(60_000);

/**
 * A world behind the node: one host that has a public address, one of the operator's own network, and the address clouds serve metadata at. It answers on 80 and on 25; the node itself answers on 8080,
 * on all of its addresses.
 */
const WORLD = `
  mkdir -p /run/netns && ip netns add world
  ip link add out0 type veth peer name in0 netns world
  ip addr add 203.0.113.1/24 dev out0 && ip link set out0 up
  ip -n world addr add ${PUBLIC_ADDRESS}/24 dev in0 && ip -n world link set in0 up && ip -n world link set lo up
  ip -n world addr add 10.77.0.9/32 dev in0 && ip -n world addr add 169.254.169.254/32 dev in0
  ip -n world route add default via 203.0.113.1
  ip route add 10.77.0.9/32 via ${PUBLIC_ADDRESS} && ip route add 169.254.169.254/32 via ${PUBLIC_ADDRESS}
  mkdir -p /srv/www && echo hello >/srv/www/index.html
  for port in 80 25; do ip netns exec world setsid python3 -m http.server -d /srv/www $port >/dev/null 2>&1 </dev/null & done
  setsid python3 -m http.server -d /srv/www --bind :: 8080 >/dev/null 2>&1 </dev/null &
  until curl -s http://${PUBLIC_ADDRESS}/ >/dev/null && curl -s http://127.0.0.1:8080/ >/dev/null; do sleep 0.05; done`;

/** Not the web server of Python, which first asks for its own name, and waits for an answer nobody gives here. */
const SERVER = `
import socket
server = socket.create_server(("", 9000))
while True:
    client = server.accept()[0]
    client.recv(4096)
    client.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello")
    client.close()
`;

/** Everything here is tried from inside, as a tenant with sudo would, and must fail. */
describeWithRealNodes('the boundary around a container', () => {
  let bench: ContainerBench;
  const root = async (id: string, command: string) => (await bench.login(id, `sudo sh -c '${command}'`)).output;
  const reaches = async (id: string, url: string) =>
    (await bench.login(id, `curl -gs --max-time 1 ${url}`)).output.includes('hello');

  beforeAll(async () => {
    bench = await ContainerBench.start();
    await bench.node.read(WORLD);
    await Promise.all([
      bench.runtime.provision(request('alloc_one', { gpus: bench.gpus(0) })),
      bench.runtime.provision(request('alloc_two', { gpus: bench.gpus(1) })),
      bench.runtime.provision(request('alloc_shut', { network: { mode: 'isolated' } })),
    ]);
  });
  afterAll(() => bench?.stop());

  it('lets it out to the public internet, and nowhere else', async () => {
    expect(await reaches('alloc_one', `http://${PUBLIC_ADDRESS}/`)).toBe(true);
    // That all of these answer whoever may ask is what makes the refusals below mean something.
    for (const url of ['http://10.77.0.9/', 'http://169.254.169.254/', `http://${PUBLIC_ADDRESS}:25/`])
      expect(await bench.node.read(`curl -s ${url}`)).toBe('hello');
    expect(await reaches('alloc_one', 'http://10.77.0.9/')).toBe(false);
    expect(await reaches('alloc_one', 'http://169.254.169.254/')).toBe(false);
    expect(await reaches('alloc_one', `http://${PUBLIC_ADDRESS}:25/`)).toBe(false);
  });

  it('keeps it off the node, on whichever of its addresses', async () => {
    const bridge = await bench.node.read(
      `podman network inspect --format '{{.NetworkInterface}} {{range .Subnets}}{{.Gateway}}{{end}}' portico-alloc_one`,
    );
    const [device = '', gateway = ''] = bridge.split(' ');
    const link = (await bench.node.read(`ip -6 -o addr show dev ${device} scope link`)).match(/fe80::[0-9a-f:]+/)?.[0];
    expect(await bench.node.read(`curl -s http://${gateway}:8080/`)).toBe('hello');
    for (const host of [gateway, bench.node.address, '203.0.113.1', `[${link}%25eth0]`, '127.0.0.1'])
      expect(`${host} ${await reaches('alloc_one', `http://${host}:8080/`)}`).toBe(`${host} false`);
  });

  it('keeps it off other containers, and them off it', async () => {
    const { host } = await bench.runtime.containerAccess(request('alloc_two'));
    await bench.login('alloc_two', `nohup python3 -c '${SERVER}' >/dev/null 2>&1 </dev/null &`);
    await waitFor(async () => (await bench.node.run(`curl -s http://${host}:9000/`)).stdout.trim() === 'hello');
    expect(await reaches('alloc_one', `http://${host}:9000/`)).toBe(false);
    expect(await reaches('alloc_shut', `http://${host}:9000/`)).toBe(false);
    // Nor does anybody who takes the node for a router come in.
    expect((await bench.node.run(`ip netns exec world curl -s --max-time 1 http://${host}:9000/`)).stdout).toBe('');
    // With another's address it is not heard either.
    await root('alloc_one', `ip addr add ${host}/32 dev lo`);
    expect(await reaches('alloc_one', `--interface ${host} http://${PUBLIC_ADDRESS}/`)).toBe(false);
  });

  it('leaves an isolated one no way out at all', async () => {
    expect(await bench.inside('alloc_shut', 'ip route')).not.toContain('default');
    await root('alloc_shut', `ip route add default via $(ip route | cut -d. -f1-3).1`);
    for (const host of [PUBLIC_ADDRESS, '10.77.0.9', '203.0.113.1:8080'])
      expect(`${host} ${await reaches('alloc_shut', `http://${host}/`)}`).toBe(`${host} false`);
    expect((await bench.login('alloc_shut', 'echo in')).output).toBe('in');
  });

  it('holds when the firewall of the node is loaded anew: with the next look at it', async () => {
    await bench.node.read('nft delete table inet portico_alloc_two');
    expect(await reaches('alloc_two', 'http://10.77.0.9/')).toBe(true);
    expect(await bench.runtime.observe(request('alloc_two'))).toMatchObject({ state: 'running' });
    expect(await reaches('alloc_two', 'http://10.77.0.9/')).toBe(false);
  });

  it('makes root inside nobody outside, and another nobody for each', async () => {
    const map = (id: string) => bench.inside(id, 'cat /proc/self/uid_map').then(text => text.trim().split(/\s+/));
    const [one, two] = [await map('alloc_one'), await map('alloc_two')];
    expect([one[0], one[2], two[2]]).toEqual(['0', '65536', '65536']);
    expect(Number(one[1])).toBeGreaterThanOrEqual(0x2000_0000);
    expect(Math.abs(Number(one[1]) - Number(two[1]))).toBeGreaterThanOrEqual(65_536);
  });

  it('gives root inside nothing to get out with', async () => {
    const capabilities = await root('alloc_one', 'grep CapBnd /proc/self/status');
    // chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, sys_chroot, audit_write, setfcap.
    expect(capabilities).toMatch(/00000000a00405fb$/);
    for (const attempt of [
      'mount -t tmpfs none /mnt',
      'mount -o remount,rw /run/portico',
      'touch /run/portico/authorized_keys',
      'mknod /tmp/sda b 8 0 && head -c 1 /tmp/sda',
      'mknod /tmp/nvidia1 c 1 3 && head -c 1 /tmp/nvidia1',
      'echo 1 >/proc/sys/kernel/sysrq',
      'echo b >/proc/sysrq-trigger',
      'unshare -m true',
      'ls /var/lib/portico/allocations',
      'ls /sys/fs/cgroup/memory && echo -1 >/sys/fs/cgroup/memory/memory.limit_in_bytes',
    ]) {
      const { status } = await bench.login('alloc_one', `sudo sh -c '${attempt}'`);
      expect(`${attempt}: ${status === 0 ? 'done' : 'refused'}`).toBe(`${attempt}: refused`);
    }
    expect(await bench.inside('alloc_one', 'ls /dev | grep nvidia | sort')).toBe('nvidia0\nnvidiactl');
  });

  it('shows it its own processes and home alone', async () => {
    await bench.login('alloc_two', 'nohup bash -c "exec -a neighbour sleep 300" >/dev/null 2>&1 & echo secret >~/mine');
    expect(await bench.inside('alloc_two', 'ps -e -o args=')).toContain('neighbour');
    expect(await root('alloc_one', 'ps -e -o args=; cat /proc/[0-9]*/cmdline')).not.toMatch(/neighbour|conmon/);
    expect(await root('alloc_one', 'find / -xdev -name mine 2>/dev/null; find /home')).not.toContain('mine');
    // From the node's side a home is closed to everybody but root, and so is the way to the keys.
    const ordinary = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
    for (const path of [
      'homes/alloc_two/mine',
      'allocations/alloc_two/client_key',
      'allocations/alloc_two/inside/host_key',
    ])
      expect((await bench.node.run(`${ordinary} cat /var/lib/portico/${path}`)).stderr).toContain('Permission denied');
  });

  it('holds it to its memory and its number of processes', async () => {
    const eat = 'python3 -c "x = bytearray(400 * 1024 * 1024)"';
    expect((await bench.login('alloc_one', eat)).status).not.toBe(0);
    expect(await bench.runtime.observe(request('alloc_one'))).toMatchObject({ state: 'running' });
    const limit = 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max';
    expect(await bench.inside('alloc_one', limit)).toBe('1280');
    expect(await bench.inside('alloc_one', 'df -B1 --output=size /dev/shm | tail -n 1')).toBe(
      String(128 * 1024 * 1024),
    );
  });
});
