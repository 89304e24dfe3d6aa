/** Who was in a workload and what their terminals showed, through the real gateways and real shells. */
import { setPolicy } from '@portico/plugin-access/contract';
import { waitFor } from '@portico/plugin-kit/testing';
import { getRecording, listAllocationRecordings } from '@portico/plugin-workloads/contract';
import type { ClientChannel } from 'ssh2';
import { recordedNotice } from './recorded-notice';
import { SshWorkload } from './testing/ssh-workload';
import { TerminalClient } from './testing/terminal-client';

type CastEvent = [number, 'o' | 'r' | 'm', string];

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let workload: SshWorkload;
  const clients: TerminalClient[] = [];
  beforeAll(async () => {
    workload = await SshWorkload.start({ database });
  }, 60_000);
  afterEach(async () => {
    for (const client of clients.splice(0)) client.socket.close();
  });
  afterAll(() => workload?.stop(), 60_000);

  const record = (value: boolean) =>
    workload.portal.call(setPolicy, {
      token: workload.person.token,
      params: { policy: 'terminal_recording' },
      body: { level: 'organization', value },
    });
  const recordings = async () =>
    (
      await workload.portal.call(listAllocationRecordings, {
        token: workload.person.token,
        params: { allocation_id: workload.allocationId },
      })
    ).items;
  const replay = (recordingId: string, token = workload.person.token) =>
    workload.portal.request('GET', `recordings/${recordingId}/asciicast`, { token });
  async function events(recordingId: string): Promise<CastEvent[]> {
    const { text } = await replay(recordingId);
    return text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map(line => JSON.parse(line) as CastEvent);
  }
  const shown = async (recordingId: string) =>
    (await events(recordingId)).flatMap(([, kind, text]) => (kind === 'o' ? [text] : [])).join('');
  async function terminal(): Promise<TerminalClient> {
    const token = await workload.portal.terminalToken(workload.person.token, workload.allocationId);
    const client = new TerminalClient(workload.portal.url, workload.allocationId, token);
    clients.push(client);
    await client.attach();
    return client;
  }
  async function exit(client: TerminalClient): Promise<void> {
    client.type('exit\n');
    await client.ended();
  }
  interface Told {
    action: string;
    address: string | null;
    changes_json: string;
  }
  const audited = async () => {
    const rows = await workload.portal.services.database.read.all<Told>(
      `SELECT action, address, changes_json FROM platform_audit_log
       WHERE target_id = ? AND action IN ('workloads.allocation.connect', 'workloads.allocation.disconnect') ORDER BY sequence`,
      [workload.allocationId],
    );
    return rows.map(({ changes_json, ...row }) => {
      const changes = JSON.parse(changes_json) as Record<string, { after: unknown }>;
      return { ...row, ...Object.fromEntries(Object.entries(changes).map(([field, { after }]) => [field, after])) };
    });
  };
  const ended = async (count: number) =>
    waitFor(async () => {
      const all = await recordings();
      return all.length === count && all.every(one => one.ended_at !== null) && all;
    }, `${count} recordings that have ended`);

  it('tells and keeps nothing of terminals where no policy asks, but who came and left', async () => {
    const before = (await audited()).length;
    const client = await terminal();
    client.type("echo se''en\n");
    await client.sees(/seen\r\n/);
    await exit(client);
    const inTerminal = await workload.ssh(['echo hello'], { flags: ['-tt'] });
    expect(inTerminal.stdout).toBe('hello\r\n');
    const rows = await waitFor(async () => {
      const found = (await audited()).slice(before);
      return found.length === 4 && found;
    }, 'four rows');
    const [viaTerminal, viaSsh] = (['terminal', 'ssh'] as const).map(kind =>
      rows.filter(row => (row as { connection?: unknown }).connection === kind),
    );
    expect(viaTerminal).toEqual([
      expect.objectContaining({ action: 'workloads.allocation.connect', is_recorded: false, address: '127.0.0.1' }),
      expect.objectContaining({
        action: 'workloads.allocation.disconnect',
        used_for: ['shell'],
        seconds: expect.any(Number),
        recording_ids: [],
      }),
    ]);
    expect(viaSsh).toEqual([
      expect.objectContaining({ is_recorded: false, ssh_key: expect.stringMatching(/^SHA256:/) }),
      expect.objectContaining({ used_for: ['command'], recording_ids: [], address: '127.0.0.1' }),
    ]);
    expect(client.controls.map(({ type }) => type)).not.toContain('notice');
    expect(await recordings()).toEqual([]);
  });

  it('records what a terminal shows, says so first, and keeps no password typed where nothing is shown', async () => {
    await record(true);
    const client = await terminal();
    await client.told('notice');
    expect(client.controls.slice(0, 2)).toEqual([expect.objectContaining({ type: 'session_ready' }), recordedNotice]);
    client.type('read -rs -p "Password: " typed && echo "${#typed} characters"\n');
    await client.sees(/[\r\n]Password: $/);
    client.type('hunter2-correct-horse\n');
    await client.sees(/21 characters/);
    client.send({ type: 'resize', cols: 101, rows: 31 });
    client.type(
      "printf 'gr\\303\\274\\303\\237e \\360\\237\\232\\200\\n'; head -c 100000 /dev/zero | tr '\\0' x; echo\n",
    );
    await client.sees(/x\r\n/);
    await exit(client);
    const [made] = await ended(1);
    const { recording_id: recordingId } = made!;
    expect(await shown(recordingId)).toBe(Buffer.from(client.text, 'latin1').toString('utf8'));
    const { text } = await replay(recordingId);
    expect(text).toContain('grüße 🚀');
    expect(text).not.toContain('hunter2');
    expect(JSON.parse(text.slice(0, text.indexOf('\n')))).toMatchObject({ version: 2, width: 80, height: 24 });
    expect(await events(recordingId)).toContainEqual([expect.any(Number), 'r', '101x31']);
    const told = await workload.portal.call(getRecording, {
      token: workload.person.token,
      params: { recording_id: recordingId },
    });
    expect(told).toEqual(made);
    expect(told).toMatchObject({
      connection: 'terminal',
      username: workload.person.username,
      is_truncated: false,
      is_incomplete: false,
      size_bytes: Buffer.byteLength(text),
    });
    expect((await audited()).at(-1)).toMatchObject({ connection_id: told.connection_id, recording_ids: [recordingId] });
  });

  it('writes within seconds, so that what was shown is there while the connection is', async () => {
    const client = await terminal();
    client.type("echo not lo''st\n");
    await client.sees(/not lost\r\n/);
    const open = await waitFor(async () => (await recordings()).find(one => one.ended_at === null), 'the recording');
    await waitFor(async () => (await shown(open.recording_id)).includes('not lost'), 'the first pieces');
    client.vanish();
    await ended(2);
  });

  it('records an SSH session with a terminal and tells it, and neither commands nor transfers', async () => {
    const before = (await recordings()).length;
    const login = await workload.login('mine');
    const shell = await new Promise<ClientChannel>((resolve, reject) =>
      login.shell({ cols: 90, rows: 20, term: 'xterm' }, (error, channel) =>
        error ? reject(error) : resolve(channel),
      ),
    );
    let text = '';
    shell.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    shell.write("echo fi''rst; exit\n");
    await new Promise(resolve => shell.on('close', resolve));
    const plain = await new Promise<string>((resolve, reject) =>
      login.exec('echo plain', (error, channel) => {
        if (error) return reject(error);
        let said = '';
        channel.on('data', (chunk: Buffer) => (said += chunk.toString())).on('close', () => resolve(said));
      }),
    );
    expect(plain).toBe('plain\n');
    login.end();
    const notice = `\u001b[2m${recordedNotice.message}\u001b[0m\r\n`;
    expect(text.startsWith(notice)).toBe(true);
    const [made] = await ended(before + 1);
    expect(made).toMatchObject({ connection: 'ssh', columns: 90, rows: 20, username: workload.person.username });
    expect(`${notice}${await shown(made!.recording_id)}`).toBe(Buffer.from(text, 'latin1').toString('utf8'));
    expect(await shown(made!.recording_id)).toContain('first\r\n');
    const closed = await waitFor(async () => {
      const last = (await audited()).at(-1);
      return last?.action === 'workloads.allocation.disconnect' && last;
    }, 'the close');
    expect(closed).toMatchObject({ used_for: ['shell', 'command'], recording_ids: [made!.recording_id] });
  });

  it('shows them to those who may, each look in the audit, and goes on doing so when the workload has ended', async () => {
    const { portal, person } = workload;
    const [recording] = await recordings();
    const recordingId = recording!.recording_id;
    const paths = [
      `allocations/${workload.allocationId}/recordings`,
      `recordings/${recordingId}`,
      `recordings/${recordingId}/asciicast`,
    ];
    const stranger = await portal.signUp();
    for (const path of paths)
      expect(await portal.request('GET', path, { token: stranger.token })).toMatchObject({ status: 404 });
    const asMember = (role: string) =>
      portal.services.database.transaction(tx =>
        tx.run('UPDATE access_memberships SET role = ? WHERE organization_id = ? AND user_id = ?', [
          role,
          person.organizationId,
          person.userId,
        ]),
      );
    await asMember('member');
    try {
      for (const path of paths)
        expect(await portal.request('GET', path, { token: person.token })).toMatchObject({
          status: 403,
          body: { code: 'permission_denied' },
        });
    } finally {
      await asMember('owner');
    }
    const looked = () =>
      portal.services.database.read.all(
        `SELECT actor_id FROM platform_audit_log WHERE action = 'workloads.recording.replay' AND target_id = ?`,
        [recordingId],
      );
    const before = (await looked()).length;
    const reply = await replay(recordingId);
    expect(reply.headers.get('content-type')).toMatch(/^application\/jsonl/);
    expect((await looked()).slice(before)).toEqual([{ actor_id: person.userId }]);
    await portal.release(person.token, workload.allocationId);
    expect((await replay(recordingId)).text).toBe(reply.text);
  });
});
