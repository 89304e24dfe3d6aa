import { AddressRefusedError, NodeAddressPolicy } from './address-policy';

test.each([
  ['127.0.0.1'],
  ['127.8.9.10'],
  ['10.1.2.3'],
  ['172.16.0.1'],
  ['192.168.1.1'],
  ['100.64.0.1'],
  ['169.254.169.254'],
  ['169.254.0.1'],
  ['0.0.0.0'],
  ['224.0.0.1'],
  ['255.255.255.255'],
  ['::1'],
  ['::'],
  ['fe80::1'],
  ['fe80::1%eth0'],
  ['fc00::1'],
  ['fd00:ec2::254'],
  ['ff02::1'],
  ['::ffff:127.0.0.1'],
  ['::ffff:7f00:1'],
  ['::ffff:8.8.8.8'],
  ['64:ff9b::7f00:1'],
  ['2002:7f00:1::'],
])('%s is refused', async address => {
  await expect(new NodeAddressPolicy([]).resolve(address)).rejects.toThrow(AddressRefusedError);
});

test.each([['8.8.8.8'], ['2606:4700::1111']])('%s is public', async address => {
  expect(await new NodeAddressPolicy([]).resolve(address)).toBe(address);
});

test('the configuration allows networks, and those alone', async () => {
  const policy = new NodeAddressPolicy(['10.20.0.0/16', '127.0.0.1', 'fd00:1::/32']);
  expect([policy.allows('10.20.3.4'), policy.allows('127.0.0.1'), policy.allows('fd00:1::5')]).toEqual([
    true,
    true,
    true,
  ]);
  expect([policy.allows('10.21.0.1'), policy.allows('127.0.0.2'), policy.allows('fd00:2::5')]).toEqual([
    false,
    false,
    false,
  ]);
});

test.each([['10.0.0.0/33'], ['10.0.0'], ['name/8'], ['fd00::/129'], ['10.0.0.0/x']])('%s is no network', network => {
  expect(() => new NodeAddressPolicy([network])).toThrow('fleet.ssh.allowedNetworks');
});

test('a name is what it resolves to: one refused address among several refuses it', async () => {
  await expect(new NodeAddressPolicy([]).resolve('localhost')).rejects.toThrow(AddressRefusedError);
  const rebinding = new NodeAddressPolicy([], async () => ['8.8.8.8', '169.254.169.254']);
  await expect(rebinding.resolve('node.example')).rejects.toThrow('169.254.169.254');
  const plain = new NodeAddressPolicy([], async () => ['8.8.8.8', '8.8.4.4']);
  expect(await plain.resolve('node.example')).toBe('8.8.8.8');
});

test('a name without an address is a node that cannot be reached', async () => {
  const lost = new NodeAddressPolicy([], async () => Promise.reject(new Error('ENOTFOUND')));
  await expect(lost.resolve('gone.example')).rejects.toMatchObject({ code: 'node_unreachable' });
  await expect(new NodeAddressPolicy([], async () => []).resolve('empty.example')).rejects.toMatchObject({
    code: 'node_unreachable',
  });
});
