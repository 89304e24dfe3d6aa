import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { EgressPolicy } from './egress-policy';
import { EgressProxy } from './egress-proxy';

describe('the addresses a sandbox may reach', () => {
  const policy = new EgressPolicy(['93.184.216.99', '2606:2800::99']);

  it.each(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001::200e'])('%s: yes', address => {
    expect(policy.allowsAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1',
    '100.127.255.255', '198.18.0.1', '192.0.2.1', '203.0.113.1', '224.0.0.1', '239.1.1.1', '255.255.255.255', '240.0.0.1', '192.88.99.1',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:93.184.216.34', '::ffff:a9fe:a9fe', '::7f00:1', '64:ff9b::a00:1', '64:ff9b:1::1', 'fc00::1',
    'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '100::1',
    '93.184.216.99', '2606:2800::99', 'example.com', '', '0x7f000001', '2130706433', '127.1',
  ])('%s: no', address => {
    expect(policy.allowsAddress(address)).toBe(false);
  }); // prettier-ignore

  it('none of this machine’s own', () => {
    for (const entry of Object.values(networkInterfaces()).flat())
      expect(policy.allowsAddress(entry!.address)).toBe(false);
  });

  it('not the mail port', () => {
    expect([25, 443, 80, 0, 65_536, NaN].map(port => policy.allowsPort(port))).toEqual([
      false,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('the proxy', () => {
  let directory: string;
  let proxy: EgressProxy | null = null;

  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'portico-egress-'))));
  afterEach(() => {
    proxy?.close();
    rmSync(directory, { recursive: true });
  });

  async function ask(text: string, resolve: (host: string) => Promise<readonly string[]>): Promise<string> {
    const path = join(directory, 's');
    proxy = new EgressProxy(new EgressPolicy([]), resolve);
    await proxy.listen(path);
    const socket = connect(path);
    socket.write(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  }
  const tunnel = (host: string) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

  it('refuses a name that resolves to where it may not go, and asks for it only once', async () => {
    const asked: string[] = [];
    const rebinding = async (host: string) => (
      asked.push(host),
      asked.length === 1 ? ['127.0.0.1'] : ['93.184.216.34']
    );
    expect(await ask(tunnel('rebind.example:443'), rebinding)).toMatch(/^HTTP\/1.1 403 /);
    expect(asked).toEqual(['rebind.example']);
  });

  it('refuses what is not a host and a port', async () => {
    expect(await ask(tunnel('user@evil:443'), async () => [])).toMatch(/^HTTP\/1.1 403 |^HTTP\/1.1 400 |^$/);
  });

  it('refuses the mail port and a name without an address', async () => {
    expect(await ask(tunnel('mail.example:25'), async () => ['93.184.216.34'])).toMatch(/port 25/);
  });

  it('is a proxy and not a server', async () => {
    expect(await ask('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', async () => [])).toMatch(
      /^HTTP\/1.1 403 /,
    );
  });

  it('takes an answer that is no HTTP for an error of the other side, and goes on', async () => {
    const other = createServer(socket => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 099 Nonsense\r\nContent-Length: 0\r\n\r\n');
    });
    await new Promise<void>(done => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    // The machine itself stands in for the other side.
    class Open extends EgressPolicy {
      override allowsAddress(): boolean {
        return true;
      }
    }
    const path = join(directory, 'open');
    proxy = new EgressProxy(new Open([]), async () => ['127.0.0.1']);
    await proxy.listen(path);
    const socket = connect(path);
    socket.write(`GET http://other.example:${port}/ HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    other.close();
    expect(answer).toMatch(/^HTTP\/1.1 502 /);
  });
});
