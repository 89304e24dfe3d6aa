import { createEnrolmentToken, enrollNode, getNode } from '@portico/plugin-fleet/contract';
import { getTask, listTaskEvents } from '@portico/plugin-workloads/contract';
import { startPortal } from './testing/portal';

const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6dH0xBSUVjqDCxCPZ0rVGnJ1Sj9Wd0X7Hn3kB6Y9mQ root@box';
/** Nobody is there: the task waits in vain. */
const NOBODY = '10.254.254.254';

test('the task that brings a node in is seen by whoever sees the node, and by nobody else', async () => {
  const portal = await startPortal({
    database: 'sqlite',
    settings: { fleet: { heartbeat: { intervalSeconds: 1 }, ssh: { allowedNetworks: ['10.0.0.0/8'] } } },
  });
  try {
    const { token } = await portal.person({ permissions: ['fleet.node.read', 'fleet.node.manage'] });
    const enrolment = await portal.call(createEnrolmentToken, { token, body: {} });
    const machine = { token: enrolment.token, hostname: 'box', address: NOBODY, ssh_port: 22, host_key: HOST_KEY };
    const { node_id: nodeId } = await portal.call(enrollNode, { body: machine });
    const node = await portal.call(getNode, { token, params: { node_id: nodeId } });
    const params = { task_id: node.enrolment_task_id ?? '' };
    const other = await portal.person({ permissions: ['fleet.node.read'] });
    for (const reader of [token, other.token])
      expect(await portal.call(getTask, { token: reader, params })).toMatchObject({
        kind: 'fleet.enrol',
        resource: { type: 'node', id: nodeId },
      });
    const user = await portal.person();
    for (const operation of [getTask, listTaskEvents])
      expect(await portal.refusal(operation, { token: user.token, params })).toMatchObject({ status: 404 });
  } finally {
    await portal.stop();
  }
});
