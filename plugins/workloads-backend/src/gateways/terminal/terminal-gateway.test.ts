import { signOut } from '@portico/plugin-access/contract';
import type { SignedUp } from '@portico/plugin-kit/testing';
import { waitFor } from '@portico/plugin-kit/testing';
import { growthOfBuffers, heldBytes } from '../testing/held-memory';
import { startPortalWithSandboxes } from '../testing/running-workload';
import type { PortalWithSandboxes } from '../testing/running-workload';
import { TerminalClient } from '../testing/terminal-client';

let portal: PortalWithSandboxes;
let person: SignedUp;
let allocationId: string;
const clients: TerminalClient[] = [];

beforeAll(async () => {
  portal = await startPortalWithSandboxes();
  person = await portal.signUp();
  allocationId = (await portal.launch(person)).allocation_id;
}, 60_000);
afterEach(() => {
  for (const client of clients.splice(0)) client.vanish();
});
afterAll(() => portal.stop(), 60_000);

async function connect(options: ConstructorParameters<typeof TerminalClient>[3] = {}): Promise<TerminalClient> {
  const client = new TerminalClient(
    portal.url,
    allocationId,
    await portal.terminalToken(person.token, allocationId),
    options,
  );
  clients.push(client);
  return client.opened();
}

/** A shell with a prompt that cannot be confused with the echo of what was typed. */
async function attached(options: ConstructorParameters<typeof TerminalClient>[3] = {}): Promise<TerminalClient> {
  const client = await connect(options);
  await client.attach();
  client.type("PS1='$ '; stty -echo; echo rea''dy\n");
  await client.sees(/ready\r\n/);
  return client;
}

/** Ends the shell, so that the next test has a new one. */
async function exit(client: TerminalClient): Promise<void> {
  client.type('exit\n');
  await client.ended();
}

it('gives the user a shell in the size asked for, which follows', async () => {
  const client = await connect();
  await client.attach({ cols: 101, rows: 31 });
  client.type("stty -echo; stty size; echo rea''dy\n");
  await client.sees(/31 101\r\n/);
  client.send({ type: 'resize', cols: 77, rows: 11 });
  client.type('stty size\n');
  await client.sees(/11 77\r\n/);
  client.send({ type: 'ping' });
  await client.told('pong');
  await exit(client);
});

it('keeps what is typed before the shell is there', async () => {
  const client = await connect();
  client.send({ type: 'attach', cols: 80, rows: 24 });
  client.send({ type: 'resize', cols: 90, rows: 20 });
  client.type("stty -echo; echo ear''ly; stty size\n");
  await client.sees(/early\r\n20 90\r\n/);
  await exit(client);
});

it('counts as use of the allocation while bytes move', async () => {
  const { database } = portal.services;
  const long = Date.now() - 60 * 60_000;
  await database.transaction(tx => tx.run('UPDATE workloads_idleness SET connection_active_at = ?', [long]));
  const client = await connect();
  await client.attach();
  await waitFor(async () => {
    const row = await database.read.first<{ at: number }>(
      'SELECT connection_active_at AS at FROM workloads_idleness WHERE allocation_id = ?',
      [allocationId],
    );
    return row !== undefined && row.at > long;
  }, 'the use to be written down');
  await exit(client);
});

describe('a token', () => {
  it('opens one connection, of however many try at once', async () => {
    const token = await portal.terminalToken(person.token, allocationId);
    const all = Array.from({ length: 6 }, () => new TerminalClient(portal.url, allocationId, token));
    clients.push(...all);
    await Promise.all(all.map(client => client.opened()));
    await waitFor(() => all.filter(client => client.close?.code === 4401).length === 5);
    const [winner] = all.filter(client => client.close === undefined);
    await winner?.attach();
    await exit(winner as TerminalClient);
  });

  it('is refused after the connection was accepted, and nobody learns why', async () => {
    const other = await portal.signUp();
    const token = await portal.terminalToken(person.token, allocationId);
    const attempts = [
      new TerminalClient(portal.url, allocationId, 'never-issued'),
      new TerminalClient(portal.url, 'alloc_0000000000000000', token),
      // Used up by the attempt above.
      new TerminalClient(portal.url, allocationId, token),
    ];
    for (const attempt of attempts) expect(await attempt.ended()).toEqual({ code: 4401, reason: 'token_invalid' });
    await expect(portal.terminalToken(other.token, allocationId)).rejects.toThrow('404');
  });

  it('dies with the session it was made in', async () => {
    const session = await portal.request('POST', 'auth/personal/login', {
      body: { username: person.username, password: person.password },
    });
    const accessToken = String(session.body['access_token']);
    const token = await portal.terminalToken(accessToken, allocationId);
    await portal.call(signOut, { token: accessToken });
    expect(await new TerminalClient(portal.url, allocationId, token).ended()).toMatchObject({ code: 4401 });
  });
});

describe('a broken client', () => {
  const cases: [string, (client: TerminalClient) => void, string][] = [
    ['input first', client => client.type('rm -rf /'), 'attach_first'],
    ['a resize first', client => client.send({ type: 'resize', cols: 80, rows: 24 }), 'attach_first'],
    ['no JSON', client => client.send('{'), 'control_malformed'],
    ['another type', client => client.send({ type: 'sudo' }), 'control_malformed'],
    ['a size of nothing', client => client.send({ type: 'attach', cols: 0, rows: 24 }), 'control_malformed'],
    ['a size beyond reason', client => client.send({ type: 'attach', cols: 80, rows: 1e9 }), 'control_malformed'],
    [
      'an offset below zero',
      client => client.send({ type: 'attach', cols: 8, rows: 2, after_seq: -1 }),
      'control_malformed',
    ],
    ['a long message', client => client.send({ type: 'ping', padding: 'x'.repeat(5000) }), 'control_malformed'],
  ];
  it.each(cases)('is told what was wrong: %s', async (_name, misbehave, code) => {
    const client = await connect();
    misbehave(client);
    expect(await client.told('error')).toMatchObject({ code });
    expect(await client.ended()).toEqual({ code: 4400, reason: code });
  });

  it('cannot attach twice', async () => {
    const client = await attached();
    client.send({ type: 'attach', cols: 80, rows: 24 });
    expect(await client.ended()).toEqual({ code: 4400, reason: 'attached_already' });
    await exit(await attached());
  });
});

describe('a shell', () => {
  it('is shared by tabs, and found again after a lost connection, which misses nothing', async () => {
    const first = await attached();
    const second = await connect();
    const ready = await second.attach();
    expect(ready['session_id']).toBe((await first.told('session_ready'))['session_id']);
    first.type('echo from-fir""st; read x; echo after-$x\n');
    await Promise.all([first.sees(/from-first\r\n/), second.sees(/from-first\r\n/)]);
    const { seq } = first;
    first.vanish();
    second.type('lunch\n');
    await second.sees(/after-lunch\r\n/);
    const again = await connect();
    expect(await again.attach({ after_seq: seq })).toMatchObject({ session_id: ready['session_id'], from_seq: seq });
    await again.sees(/^after-lunch\r\n/);
    await exit(again);
    expect(await second.told('closed')).toMatchObject({ exit_code: 0, reason: 'exited' });
  });

  it('that exits says how, after its last byte; who attaches next gets another, from its first byte', async () => {
    const client = await attached();
    const { session_id: sessionId } = await client.told('session_ready');
    client.type('head -c 300000 /dev/zero | tr "\\0" x; echo; echo la""st; exit 7\n');
    expect(await client.told('closed')).toEqual({ type: 'closed', exit_code: 7, reason: 'exited' });
    expect(client.text).toMatch(/x\r\nlast\r\n/);
    expect(await client.ended()).toEqual({ code: 1000, reason: 'exited' });
    const other = await connect();
    await other.attach();
    other.type("echo new''er\n");
    await other.sees(/newer\r\n/);
    // A tab that slept through the exit counts from the old shell: it is shown the new one whole.
    const asleep = await connect();
    const ready = await asleep.attach({ after_seq: client.seq });
    expect(ready['session_id']).not.toBe(sessionId);
    expect(ready['from_seq']).toBe(0);
    await asleep.sees(/newer\r\n/);
    await exit(asleep);
  });

  it('tells of a gap when it has said more than is kept', async () => {
    const client = await attached();
    const { seq } = client;
    client.type('sleep 0.3; head -c 6000000 /dev/zero | tr "\\0" y; echo; echo fin""ished\n');
    client.vanish();
    const watcher = await connect();
    await watcher.attach({ after_seq: seq });
    await watcher.sees(/finished\r\n/);
    const again = await connect();
    const ready = await again.attach({ after_seq: seq });
    const gaps = again.controls.filter(control => control.type === 'gap');
    expect(gaps).toEqual([{ type: 'gap', from_seq: seq, to_seq: ready['from_seq'] }]);
    expect(Number(ready['from_seq'])).toBeGreaterThan(seq);
    await again.sees(/yy\r\nfinished\r\n/);
    expect(again.seq).toBe(watcher.seq);
    await exit(again);
  });
});

describe('flow control', () => {
  it('serves a client that never acknowledges', async () => {
    const client = await attached({ acknowledge: false });
    client.type('head -c 8000000 /dev/zero | tr "\\0" z; echo; echo fin""ished\n');
    await client.sees(/finished\r\n/);
    expect(client.bytes).toBeGreaterThan(8_000_000);
    await exit(client);
  });

  it('lets a client that stops reading stop the program, and bounds what it makes us hold', async () => {
    const client = await attached({ acknowledge: false });
    const megabytes = 60;
    const before = heldBytes();
    client.type(`yes ${'s'.repeat(99)} | head -c ${megabytes}000000; echo; echo fin""ished\n`);
    await client.sees(/sss/);
    client.socket.pause();
    expect(await growthOfBuffers(2_000, before)).toBeLessThan(10_000_000);
    // What was held back comes whole.
    const seen = client.bytes;
    client.socket.resume();
    await client.sees(/finished\r\n/);
    expect(seen).toBeLessThan(20_000_000);
    expect(client.bytes).toBeGreaterThan(megabytes * 1_000_000);
    await exit(client);
  }, 60_000);

  it('takes a paste larger than any buffer into a program that echoes it, from a client that acknowledges', async () => {
    const client = await attached();
    client.type('stty raw; echo g""o; head -c 5000000; stty sane -echo; echo fin""ished\n');
    await client.sees(/go/);
    const { bytes } = client;
    for (let sent = 0; sent < 5_000_000; sent += 500_000) client.socket.send(Buffer.alloc(500_000, 'p'));
    await client.sees(/finished/);
    expect(client.bytes - bytes).toBeGreaterThan(5_000_000);
    await exit(client);
  });
});

describe('a connection that has lost its right', () => {
  it('ends within seconds of the organization demanding more than the sign-in has shown, and no token opens another', async () => {
    const demand = (value: 0 | 1) =>
      portal.services.database.transaction(tx =>
        tx.run('UPDATE access_organizations SET requires_second_factor = ?', [value]),
      );
    const client = await attached();
    const [waiting, unused] = [await portal.terminalToken(person.token, allocationId), clients.length];
    await demand(1);
    try {
      expect(await client.told('error')).toMatchObject({ code: 'permission_denied' });
      expect(await client.ended()).toMatchObject({ code: 4401 });
      const late = new TerminalClient(portal.url, allocationId, waiting);
      clients.push(late);
      expect(await late.ended()).toEqual({ code: 4401, reason: 'token_invalid' });
      expect(clients).toHaveLength(unused + 1);
    } finally {
      await demand(0);
    }
  });

  it('ends within seconds of signing out, and what is typed from then on goes nowhere', async () => {
    const session = await portal.request('POST', 'auth/personal/login', {
      body: { username: person.username, password: person.password },
    });
    const accessToken = String(session.body['access_token']);
    const client = new TerminalClient(portal.url, allocationId, await portal.terminalToken(accessToken, allocationId));
    clients.push(client);
    await client.attach();
    await portal.call(signOut, { token: accessToken });
    expect(await client.told('error')).toMatchObject({ code: 'signed_out' });
    expect(await client.ended()).toEqual({ code: 4401, reason: 'signed_out' });
  });

  it('ends within seconds of lasting longer than a policy lets it, with that reason, and the shell goes on', async () => {
    const client = await attached();
    const shorter = [person.organizationId, person.organizationId, person.userId];
    await portal.services.database.transaction(tx =>
      tx.run(
        `INSERT INTO access_policies (level, organization_id, subject_id, name, value_json, set_by, set_at)
         VALUES ('organization', ?, ?, 'terminal_session_seconds', '1', ?, 0)`,
        shorter,
      ),
    );
    expect(await client.told('closed')).toEqual({ type: 'closed', exit_code: null, reason: 'session_limit' });
    await portal.services.database.transaction(tx => tx.run('DELETE FROM access_policies'));
    const again = await connect();
    await again.attach();
    again.type("echo still he''re\n");
    await again.sees(/still here\r\n/);
    await exit(again);
  });

  it('ends within seconds of the release', async () => {
    const allocation = await portal.launch(person);
    const token = await portal.terminalToken(person.token, allocation.allocation_id);
    const client = new TerminalClient(portal.url, allocation.allocation_id, token);
    clients.push(client);
    await client.attach();
    await portal.release(person.token, allocation.allocation_id);
    const { code } = await client.ended();
    // The runtime's word that it is released, or our own look at the state, whichever comes first.
    expect([1000, 4409]).toContain(code);
  });
});
