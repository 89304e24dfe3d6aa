import { readFileSync } from 'node:fs';
import type { SignedUp } from '@portico/plugin-kit/testing';
import { Client } from 'ssh2';
import type { ClientChannel } from 'ssh2';
import { OpenSsh } from '../testing/open-ssh';
import { startPortalWithSandboxes } from '../testing/running-workload';
import type { PortalWithSandboxes } from '../testing/running-workload';

/** Clients that have logged in and speak the protocol as no program does. Whatever they say, the portal is everybody's and goes on. */
let portal: PortalWithSandboxes;
let person: SignedUp;
let openSsh: OpenSsh;
let allocationId: string;
let port: number;

beforeAll(async () => {
  openSsh = new OpenSsh();
  portal = await startPortalWithSandboxes();
  person = await portal.signUp();
  await portal.addKey(person.token, openSsh.key('mine'));
  const allocation = await portal.launch(person);
  allocationId = allocation.allocation_id;
  if (allocation.connection === null) throw new Error('an active allocation has a connection');
  port = allocation.connection.port;
}, 60_000);
afterAll(async () => {
  openSsh.close();
  await portal.stop();
}, 60_000);

/** Single packets, which `ssh2`'s client does not offer. Channels are by the number the gateway gave, counted from 0. */
interface Packets {
  session(channel: number, window: number, packetBytes: number): void;
  exec(channel: number, command: string, wantReply: boolean): void;
  shell(channel: number, wantReply: boolean): void;
  subsystem(channel: number, name: string, wantReply: boolean): void;
  env(channel: number, name: string, value: string, wantReply: boolean): void;
  windowChange(channel: number, rows: number, cols: number, height: number, width: number): void;
  signal(channel: number, name: string): void;
  channelData(channel: number, data: Buffer): void;
  channelExtData(channel: number, data: Buffer, kind: number): void;
  channelWindowAdjust(channel: number, bytes: number): void;
  channelSuccess(channel: number): void;
  channelEOF(channel: number): void;
  channelClose(channel: number): void;
}
const packetsOf = (client: Client) => (client as unknown as { _protocol: Packets })._protocol;

function login(): Promise<Client> {
  const client = new Client();
  const privateKey = readFileSync(openSsh.file('mine'));
  return new Promise((resolve, reject) => {
    client.on('ready', () => resolve(client)).on('error', reject);
    client.connect({ host: '127.0.0.1', port, username: allocationId, privateKey });
  });
}

/** What a command prints, by a client of its own. */
async function output(command: string): Promise<string> {
  const client = await login();
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.exec(command, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  let text = '';
  channel.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise(resolve => channel.on('close', resolve));
  client.end();
  return text;
}

it('one thing runs in a session: a second is nothing, and harms nobody', async () => {
  const client = await login();
  const packets = packetsOf(client);
  packets.session(0, 1_000_000, 32_768);
  packets.exec(0, 'sleep 1', false);
  for (const wantReply of [false, true]) {
    packets.exec(0, 'touch second', wantReply);
    packets.shell(0, wantReply);
    packets.subsystem(0, 'sftp', wantReply);
  }
  expect(await output('sleep 0.5; ls second 2>/dev/null; echo up')).toBe('up\n');
  client.end();
});

it.each([0, 1])('no channel is opened that takes %d bytes in a packet', async packetBytes => {
  const client = await login();
  packetsOf(client).session(0, 1_000_000, packetBytes);
  // Were it open, cutting its output up would keep this process busy for ever.
  packetsOf(client).exec(0, 'touch tiny; head -c 1000 /dev/zero', false);
  expect(await output('sleep 0.5; ls tiny 2>/dev/null; echo up')).toBe('up\n');
  client.end();
});

it('remembers some thirty variables of a session, however many are set', async () => {
  const client = await login();
  const packets = packetsOf(client);
  const name = (place: number) => `LC_${place.toString(2).replaceAll('0', 'A').replaceAll('1', 'B')}`;
  packets.session(0, 1_000_000, 32_768);
  for (let place = 0; place < 1000; place += 1) packets.env(0, name(place), 'x', false);
  packets.env(0, `LC_${'A'.repeat(1000)}`, 'x', false);
  packets.exec(0, 'env | grep -c ^LC_ >count', false);
  expect(await output('until [ -s count ]; do sleep 0.1; done; cat count')).toBe('32\n');
  client.end();
});

it('packets in any order end nothing but their own connection', async () => {
  let seed = 4711;
  const choose = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  const commands = ['yes', 'cat', 'echo out; echo err >&2', 'sleep 1', 'head -c 3000000 /dev/zero'];
  for (let round = 0; round < 8; round += 1) {
    const client = await login();
    // The gateway may well hang up on this.
    client.on('error', () => undefined);
    const packets = packetsOf(client);
    const moves: ((channel: number) => void)[] = [
      channel => packets.session(channel, choose(2) * 1_000_000, [0, 1, 1024, 32_768][choose(4)] as number),
      channel => packets.session(channel, 1_000_000, 32_768),
      channel => packets.exec(channel, commands[choose(commands.length)] as string, choose(2) === 0),
      channel => packets.shell(channel, choose(2) === 0),
      channel => packets.subsystem(channel, 'sftp', choose(2) === 0),
      channel => packets.windowChange(channel, choose(100), choose(2000), 0, 0),
      channel => packets.signal(channel, ['TERM', 'KILL', 'USR1'][choose(3)] as string),
      channel => packets.channelData(channel, Buffer.alloc(choose(30_000))),
      channel => packets.channelExtData(channel, Buffer.alloc(choose(3000)), choose(3)),
      channel => packets.channelWindowAdjust(channel, choose(2) === 0 ? 0xffffffff : choose(100_000)),
      channel => packets.channelSuccess(channel),
      channel => packets.channelEOF(channel),
      channel => packets.channelClose(channel),
    ];
    for (let step = 0; step < 80; step += 1) {
      moves[choose(moves.length)]?.(choose(4));
      // A turn of the event loop now and then, so that some of it meets what runs already.
      if (choose(4) === 0) await new Promise(resolve => setImmediate(resolve));
    }
    client.end();
  }
  expect(await output('echo up')).toBe('up\n');
}, 30_000);
