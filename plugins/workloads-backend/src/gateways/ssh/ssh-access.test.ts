import { readFileSync } from 'node:fs';
import { removeSshKey } from '@portico/plugin-access/contract';
import type { SignedUp } from '@portico/plugin-kit/testing';
import { waitFor } from '@portico/plugin-kit/testing';
import { setAllocationSshKeys } from '@portico/plugin-workloads/contract';
import { BaseAgent, Client, utils } from 'ssh2';
import type { ClientChannel, IdentityCallback, ParsedKey, SignCallback } from 'ssh2';
import type { PortalWithSandboxes } from '../testing/running-workload';
import { growthOfBuffers, heldBytes } from '../testing/held-memory';
import { SshWorkload } from '../testing/ssh-workload';

let workload: SshWorkload;
let portal: PortalWithSandboxes;
let person: SignedUp;
let allocationId: string;
let port: number;

beforeAll(async () => {
  workload = await SshWorkload.start();
  ({ portal, person, allocationId, port } = workload);
}, 60_000);
afterAll(() => workload.stop(), 60_000);

describe('a key', () => {
  it('that is another’s is refused in the words for an allocation that does not exist', async () => {
    workload.openSsh.key('stranger');
    const wrongKey = await workload.ssh(['true'], { key: 'stranger' });
    const unknown = await workload.ssh(['true'], { user: 'alloc_0000000000000000' });
    const root = await workload.ssh(['true'], { user: 'root' });
    expect(wrongKey).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied (publickey)') });
    for (const refused of [unknown, root]) {
      expect(refused.stderr.replaceAll(/\S+@/g, '')).toBe(wrongKey.stderr.replaceAll(/\S+@/g, ''));
    }
  });

  it('of another person does not open this one’s workload', async () => {
    const other = await portal.signUp();
    await portal.addKey(other.token, workload.openSsh.key('others'));
    expect((await workload.ssh(['true'], { key: 'others' })).code).toBe(255);
  });

  it.each([
    ['RSA', ['-t', 'rsa', '-b', '2048']],
    ['ECDSA', ['-t', 'ecdsa', '-b', '384']],
  ])('may be %s', async (name, kind) => {
    await portal.addKey(person.token, workload.openSsh.key(name, ...kind));
    expect((await workload.ssh(['echo in'], { key: name })).stdout).toBe('in\n');
  });

  it('of RSA signs with SHA-2, never with SHA-1', async () => {
    for (const algorithm of ['rsa-sha2-256', 'rsa-sha2-512']) {
      const flags = ['-o', `PubkeyAcceptedAlgorithms=${algorithm}`];
      expect((await workload.ssh(['echo in'], { key: 'RSA', flags })).stdout).toBe('in\n');
    }
    const sha1 = await workload.ssh(['echo in'], { key: 'RSA', flags: ['-o', 'PubkeyAcceptedAlgorithms=ssh-rsa'] });
    expect(sha1.code).toBe(255);
    // A client that signs so without being told that it may.
    const key = utils.parseKey(readFileSync(workload.openSsh.file('RSA'))) as ParsedKey;
    class Sha1Agent extends BaseAgent<ParsedKey> {
      getIdentities(done: IdentityCallback<ParsedKey>): void {
        done(undefined, [key]);
      }
      sign(_key: ParsedKey, data: Buffer, options: unknown, done?: SignCallback): void {
        const answer = (typeof options === 'function' ? options : done) as SignCallback;
        const signature = key.sign(data, 'sha1');
        answer(undefined, signature as Buffer);
      }
    }
    await expect(workload.login('RSA', { privateKey: undefined, agent: new Sha1Agent() })).rejects.toThrow(
      /authentication/,
    );
  });

  it('that is not among the allocation’s chosen ones is refused', async () => {
    await portal.call(setAllocationSshKeys, {
      token: person.token,
      params: { allocation_id: allocationId },
      body: { ssh_key_ids: [] },
    });
    expect((await workload.ssh(['true'])).code).toBe(255);
    const mine = (await portal.request('GET', 'ssh-keys', { token: person.token })).body.items ?? [];
    const ids = mine.map(item => String(item['key_id']));
    await portal.call(setAllocationSshKeys, {
      token: person.token,
      params: { allocation_id: allocationId },
      body: { ssh_key_ids: ids },
    });
    expect((await workload.ssh(['true'])).code).toBe(0);
  });

  it('added with the password alone lets nobody in, and nobody stay, where the organization demands more of a sign-in', async () => {
    const inside = workload.staying(['echo in; exec sleep 4713']);
    await waitFor(() => inside.text().includes('in'));
    const demand = (value: 0 | 1) =>
      portal.services.database.transaction(tx =>
        tx.run('UPDATE access_organizations SET requires_second_factor = ?', [value]),
      );
    await demand(1);
    expect((await workload.ssh(['true'])).code).toBe(255);
    await waitFor(() => inside.ended(), 'the connection to be cut');
    await demand(0);
    expect((await workload.ssh(['true'])).code).toBe(0);
  });

  it('that is removed is refused at once, and whoever is in is out within seconds', async () => {
    // Chosen keys are named; a key added later needs choosing.
    const { key_id: keyId } = await portal.addKey(person.token, workload.openSsh.key('lost-laptop'));
    const mine = (await portal.request('GET', 'ssh-keys', { token: person.token })).body.items ?? [];
    await portal.call(setAllocationSshKeys, {
      token: person.token,
      params: { allocation_id: allocationId },
      body: { ssh_key_ids: mine.map(item => String(item['key_id'])) },
    });
    const inside = workload.staying(['echo in; exec sleep 4712'], { key: 'lost-laptop' });
    await waitFor(() => inside.text().includes('in'));
    await portal.call(removeSshKey, { token: person.token, params: { key_id: keyId } });
    expect((await workload.ssh(['true'], { key: 'lost-laptop' })).code).toBe(255);
    await waitFor(() => inside.ended(), 'the connection to be cut');
    await waitFor(async () => !(await workload.isRunning('^sleep 4712')), 'the command to end');
  });

  it('is the only way in', async () => {
    const client = new Client();
    const tried: string[] = [];
    const refused = new Promise<Error>(resolve => client.on('error', resolve));
    client.connect({
      host: '127.0.0.1',
      port,
      username: allocationId,
      password: 'password',
      tryKeyboard: true,
      authHandler: ['none', 'password', 'keyboard-interactive'],
    });
    client.on('keyboard-interactive', () => tried.push('asked'));
    expect((await refused).message).toMatch(/All configured authentication methods failed/);
    expect(tried).toEqual([]);
  });

  it('may not be tried for ever', async () => {
    let attempts = 0;
    const client = new Client();
    const closed = new Promise<void>(resolve => client.on('close', () => resolve()));
    client.on('error', () => undefined);
    client.connect({
      host: '127.0.0.1',
      port,
      username: allocationId,
      authHandler: (_left, _partial, next) => {
        attempts += 1;
        next({ type: 'password', username: allocationId, password: `guess ${attempts}` });
      },
    });
    await closed;
    expect(attempts).toBeLessThan(16);
  });
});

describe('the gateway', () => {
  /** What `ssh2`'s client does not offer: any request on a channel that is open already. */
  interface Requests {
    exec(channel: number, command: string, wantReply: boolean): void;
  }
  const requestsOf = (client: Client) => (client as unknown as { _protocol: Requests })._protocol;
  const channelNumber = (channel: ClientChannel) => (channel as unknown as { outgoing: { id: number } }).outgoing.id;

  it('runs one command in a session: a second one is nothing, and harms nobody', async () => {
    const client = await workload.login('mine');
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.exec('sleep 1; echo first', (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    let text = '';
    channel.on('data', (chunk: Buffer) => (text += chunk.toString()));
    for (const wantReply of [false, true]) requestsOf(client).exec(channelNumber(channel), 'touch second', wantReply);
    await new Promise(resolve => channel.on('close', resolve));
    client.end();
    expect(text).toBe('first\n');
    expect((await workload.ssh(['ls second 2>/dev/null; echo up'])).stdout).toBe('up\n');
  });

  it('serves a client of many channels, up to a bound', async () => {
    const client = await workload.login('mine');
    const open = () => new Promise<boolean>(resolve => client.exec('sleep 30', error => resolve(error === undefined)));
    const opened = await Promise.all(Array.from({ length: 70 }, open));
    expect(opened.filter(Boolean).length).toBeLessThanOrEqual(64);
    expect(opened.filter(Boolean).length).toBeGreaterThan(20);
    client.end();
    await waitFor(async () => !(await workload.isRunning('^sleep 30')), 'the commands to end');
  });

  it('holds little for a client that reads nothing, however much it allows', async () => {
    const before = heldBytes();
    // In a process of its own, or its buffers would be counted as ours.
    const greedy = workload.openSsh.start(process.execPath, [
      '-e',
      GREEDY_CLIENT,
      require.resolve('ssh2'),
      String(port),
      allocationId,
      workload.openSsh.file('mine'),
    ]);
    let said = '';
    for (const stream of [greedy.stdout, greedy.stderr])
      stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await waitFor(() => said.includes('reads nothing'), `the client: ${said}`);
    expect(await growthOfBuffers(1_500, before)).toBeLessThan(10_000_000);
    greedy.kill('SIGKILL');
    await waitFor(async () => !(await workload.isRunning('^cat /dev/zero')), 'the commands to end');
  });

  it('lets a quiet client go when the workload is released', async () => {
    const allocation = await portal.launch(person);
    const inside = workload.staying(['echo in; exec sleep 4713'], { user: allocation.allocation_id });
    await waitFor(() => inside.text().includes('in'));
    await portal.release(person.token, allocation.allocation_id);
    await waitFor(() => inside.ended(), 'the connection to be cut');
  });
});

/** Opens channels, grants each a window of gigabytes, and never reads from its socket again. */
const GREEDY_CLIENT = `
const [ssh2, port, username, key] = process.argv.slice(1);
const client = new (require(ssh2).Client)();
client.on('ready', () => {
  for (let channels = 0; channels < 4; channels += 1) {
    client.exec('cat /dev/zero', (error, channel) => {
      if (error) throw error;
      client._protocol.channelWindowAdjust(channel.outgoing.id, 2_000_000_000);
      if (channels < 3) return;
      client._sock.pause();
      // A paused socket alone would not keep this process.
      setInterval(() => {}, 1000);
      console.log('reads nothing');
    });
  }
});
client.connect({ host: '127.0.0.1', port: Number(port), username, privateKey: require('fs').readFileSync(key) });
`;
