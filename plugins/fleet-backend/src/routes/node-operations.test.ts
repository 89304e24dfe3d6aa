import {
  addNode,
  changeNode,
  createEnrolmentToken,
  deleteNode,
  drainNode,
  enrollNode,
  getNode,
  listNodes,
  lookUpHostKey,
  probeNode,
  retryEnrolment,
  undrainNode,
} from '@portico/plugin-fleet/contract';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';

const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6dH0xBSUVjqDCxCPZ0rVGnJ1Sj9Wd0X7Hn3kB6Y9mQ root@box';
/** Nobody is there: the task of a machine that enrols itself waits for it in vain. */
const NOBODY = '10.254.254.254';

const nothing = { kind: 'password', password: 'nothing fits' } as const;
const there = { name: 'there', address: { host: '10.0.0.1' }, username: 'root', credential: nothing };

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  const start = () =>
    startTestBackend({
      database,
      plugins: ['fleet'],
      settings: { fleet: { nodes: [{ name: 'node-1', gpuCount: 1 }], ssh: { allowedNetworks: ['10.0.0.0/8'] } } },
    });
  let backend: Awaited<ReturnType<typeof start>>;
  let token: string;
  beforeAll(async () => {
    backend = await start();
    token = backend.signInAs({ permissions: ['fleet.node.read', 'fleet.node.manage'] }).token;
  });
  afterAll(() => backend?.stop());
  const rows = (table: string) => backend.services.database.read.all(`SELECT * FROM ${table}`);
  const idOf = async (name: string) =>
    (await backend.call(listNodes, { token, query: { name } })).items.find(node => node.name === name)?.node_id ?? '';

  test.each([
    ['127.0.0.1'],
    ['localhost'],
    ['192.168.1.10'],
    ['169.254.169.254'],
    ['0.0.0.0'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['fe80::1'],
    ['224.0.0.1'],
  ])('a node at %s is refused, by every operation that would connect to it', async host => {
    const refused = { status: 422, code: 'address_refused' };
    expect(await backend.refusal(addNode, { token, body: { ...there, address: { host } } })).toMatchObject(refused);
    expect(await backend.refusal(lookUpHostKey, { token, body: { address: { host } } })).toMatchObject(refused);
    const enrolment = await backend.call(createEnrolmentToken, { token, body: {} });
    const machine = { token: enrolment.token, hostname: 'box', address: host, ssh_port: 22, host_key: HOST_KEY };
    // Not what the name stands for: a machine with a token is nobody to tell.
    const refusal = await backend.refusal(enrollNode, { body: machine });
    expect(refusal).toMatchObject(refused);
    expect(refusal.details).toEqual({ host });
  });

  test('a machine that calls from an address nodes may not have, and names no other, is refused', async () => {
    const enrolment = await backend.call(createEnrolmentToken, { token, body: {} });
    const machine = { token: enrolment.token, hostname: 'box', ssh_port: 22, host_key: HOST_KEY };
    expect(await backend.refusal(enrollNode, { body: machine })).toMatchObject({ code: 'address_refused' });
  });

  test('a key that cannot be read is told at once', async () => {
    const credential = { kind: 'private_key', private_key: 'nonsense' } as const;
    expect(await backend.refusal(addNode, { token, body: { ...there, credential } })).toMatchObject({
      status: 422,
      code: 'private_key_invalid',
    });
  });

  test('a machine that cannot be found is told at once, and nothing is kept', async () => {
    const body = { ...there, address: { host: 'no-such-name.invalid' } };
    expect(await backend.refusal(addNode, { token, body })).toMatchObject({ status: 409, code: 'node_unreachable' });
    expect(await rows('fleet_node_credentials')).toEqual([]);
  });

  test('what the configuration lists is changed there; draining works all the same', async () => {
    const params = { node_id: await idOf('node-1') };
    const status = async () => (await backend.call(getNode, { token, params })).status;
    await waitFor(async () => (await status()) === 'ready', 'the node to be ready');
    const known = { origin: 'configuration', address: null, verdict: null, public_key: null };
    expect(await backend.call(getNode, { token, params })).toMatchObject(known);
    const refusals = [
      await backend.refusal(changeNode, { token, params, body: { name: 'other' } }),
      await backend.refusal(deleteNode, { token, params }),
      await backend.refusal(probeNode, { token, params }),
      await backend.refusal(retryEnrolment, { token, params, body: { credential: nothing } }),
    ];
    expect(refusals.map(refusal => refusal.code)).toEqual(Array<string>(4).fill('node_is_configured'));
    expect(await backend.call(drainNode, { token, params, body: { reason: 'a new kernel' } })).toMatchObject({
      status: 'draining',
    });
    expect(await backend.refusal(drainNode, { token, params, body: {} })).toMatchObject({ code: 'node_not_drainable' });
    expect(await backend.call(undrainNode, { token, params })).toMatchObject({ status: 'ready' });
    expect(await backend.refusal(undrainNode, { token, params })).toMatchObject({ code: 'node_not_draining' });
  });

  test('nothing of a node is there for those who may not, and none is what was never there', async () => {
    const reader = backend.signInAs({ permissions: ['fleet.node.read'] }).token;
    expect(await backend.refusal(addNode, { token: reader, body: there })).toMatchObject({ status: 403 });
    const params = { node_id: 'node_0' };
    expect(await backend.refusal(getNode, { token, params })).toMatchObject({ status: 404 });
    expect(await backend.refusal(deleteNode, { token, params })).toMatchObject({ status: 404 });
    expect(await backend.refusal(drainNode, { token, params, body: {} })).toMatchObject({ status: 404 });
  });

  describe('enrolment tokens', () => {
    const enrol = (enrolment: string, hostname: string) =>
      backend.request('POST', 'nodes/enroll', {
        body: { token: enrolment, hostname, address: NOBODY, ssh_port: 22, host_key: HOST_KEY },
      });
    const newToken = async (body: object = {}) => (await backend.call(createEnrolmentToken, { token, body })).token;
    const remove = (nodeId: unknown) => backend.call(deleteNode, { token, params: { node_id: String(nodeId) } });

    test('one is good once, whoever comes first, and never stored as it is', async () => {
      const enrolment = await newToken({ region: 'north' });
      expect(JSON.stringify(await rows('fleet_enrolment_tokens'))).not.toContain(enrolment);
      const replies = await Promise.all(Array.from({ length: 5 }, (_, index) => enrol(enrolment, `racer-${index}`)));
      expect(replies.map(reply => reply.status).sort()).toEqual([201, 403, 403, 403, 403]);
      const won = replies.find(reply => reply.status === 201)?.body ?? {};
      expect(won).toMatchObject({
        username: 'portico',
        public_key: expect.stringMatching(/^ssh-ed25519 \S+ portico$/) as string,
      });
      const params = { node_id: String(won.node_id) };
      expect(await backend.call(getNode, { token, params })).toMatchObject({
        status: 'registered',
        region: 'north',
        username: 'portico',
      });
      expect((await enrol(enrolment, 'later')).body).toMatchObject({ code: 'enrolment_token_invalid' });
      await remove(won.node_id);
    });

    test('one that is too old, or was never given out, is not good', async () => {
      const enrolment = await newToken();
      await backend.services.database.transaction(tx =>
        tx.run('UPDATE fleet_enrolment_tokens SET expires_at = ? WHERE used_at IS NULL', [tx.now]),
      );
      expect((await enrol(enrolment, 'late')).body).toMatchObject({ code: 'enrolment_token_invalid' });
      expect((await enrol(`pnt_${'0'.repeat(64)}`, 'guessed')).body).toMatchObject({ code: 'enrolment_token_invalid' });
    });

    test('a name that is taken leaves the token good', async () => {
      const enrolment = await newToken();
      expect((await enrol(enrolment, 'node-1')).body).toMatchObject({ code: 'node_name_taken' });
      const second = await enrol(enrolment, 'Node-9.example');
      expect(second.body).toMatchObject({ name: 'node-9' });
      await remove(second.body.node_id);
    });

    test('several that want one name at once: one has it', async () => {
      const tokens = await Promise.all(Array.from({ length: 4 }, () => newToken()));
      const replies = await Promise.all(tokens.map(enrolment => enrol(enrolment, 'same')));
      expect(replies.map(reply => reply.status).sort()).toEqual([201, 409, 409, 409]);
      await remove(await idOf('same'));
    });

    test('what is no host key is refused', async () => {
      const body = {
        token: await newToken(),
        hostname: 'x',
        address: NOBODY,
        ssh_port: 22,
        host_key: 'ssh-ed25519 AAAA',
      };
      expect((await backend.request('POST', 'nodes/enroll', { body })).status).toBe(400);
    });

    test('the line carries its token by the environment, and the script carries none', async () => {
      const { command, token: enrolment } = await backend.call(createEnrolmentToken, { token, body: {} });
      expect(
        command
          .split(' ')
          .filter(word => word.startsWith('http'))
          .join(),
      ).not.toContain(enrolment);
      expect(command).toContain(`PORTICO_TOKEN=${enrolment} sh -s -- `);
      const script = await backend.request('GET', 'nodes/enroll/script', {});
      expect(script.status).toBe(200);
      expect(script.text).toMatch(/^#!\/bin\/sh\n/);
    });
  });
});
