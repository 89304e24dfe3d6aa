import {
  createProject,
  getMe,
  getProject,
  listMembers,
  listProjects,
  removeProjectMember,
  setDefaultProject,
} from '@portico/plugin-access/contract';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import type { SignedUp, TestBackend } from '@portico/plugin-kit/testing';
import {
  getAllocation,
  launchAllocation,
  listAllocations,
  listWorkloads,
  releaseAllocation,
} from '@portico/plugin-workloads/contract';
import { colleague } from '../testing/organization-members';
import type { Colleague } from '../testing/organization-members';

/** Somebody with a role in one project of an organization, and in nothing else of it: over all plugins, through what the pipeline makes of them. */
describe.each(['sqlite', 'postgres'] as const)('a guest, on %s', database => {
  let backend: TestBackend;
  let owner: SignedUp;
  let guest: Colleague;
  /** The guest is a member of the first. */
  let [mine, other] = ['', ''];
  let allocations: { mine: string; other: string };

  beforeAll(async () => {
    backend = await startTestBackend({ database });
    owner = await backend.signUp();
    mine = (await backend.call(createProject, { token: owner.token, body: { name: 'Mine' } })).project_id;
    other = (await backend.call(createProject, { token: owner.token, body: { name: 'Other' } })).project_id;
    guest = await colleague(backend, owner, { role: 'guest', project_id: mine, project_role: 'member' });
    allocations = { mine: await launch(mine), other: await launch(other) };
  }, 60_000);
  // A sandbox outlives the backend by design, so the test takes it down.
  afterAll(async () => {
    await waitFor(async () => {
      const { items } = await backend.call(listAllocations, { token: owner.token });
      for (const { allocation_id, status } of items)
        if (status === 'active') await backend.request('POST', `allocations/${allocation_id}/release`, owner);
      return items.every(({ status }) => status === 'released' || status === 'failed');
    }, 'the allocations to be gone');
    await backend?.stop();
  }, 60_000);

  const at = (projectId: string) => ({ token: guest.token, headers: { 'x-project-id': projectId } });

  async function launch(project_id: string): Promise<string> {
    const { token } = owner;
    const [skus, images] = [
      await backend.request('GET', 'skus', { token }),
      await backend.request('GET', 'os-images', { token }),
    ];
    const reply = await backend.call(launchAllocation, {
      token,
      idempotencyKey: `launch-${project_id}`,
      body: {
        sku_id: String(skus.body.items?.find(item => item.availability === 'available')?.sku_id),
        gpu_count: 1,
        image_id: String(images.body.items?.[0]?.image_id),
        project_id,
      },
    });
    if (!('allocation' in reply)) throw new Error('one was asked for');
    return reply.allocation.allocation_id;
  }

  test('sees that project and no other', async () => {
    expect((await backend.call(listProjects, at(mine))).items.map(item => item.project_id)).toEqual([mine]);
    expect((await backend.call(getMe, at(mine))).projects.map(item => item.project_id)).toEqual([mine]);
    expect((await backend.refusal(getProject, { ...at(mine), params: { project_id: other } })).status).toBe(404);
    for (const projectId of [other, owner.projectId])
      for (const refusal of [
        await backend.refusal(getMe, at(projectId)),
        await backend.refusal(listProjects, at(projectId)),
      ])
        expect(refusal).toMatchObject({ status: 404, code: 'not_found' });
    expect((await backend.call(listMembers, at(mine))).items.map(item => item.user_id)).toEqual([guest.userId]);
  });

  test('sees the workloads of that project and no other, whatever they ask for', async () => {
    for (const list of [listAllocations, listWorkloads]) {
      const { items } = await backend.call(list, at(mine));
      expect(items.map(item => item.allocation_id)).toEqual([allocations.mine]);
      expect((await backend.refusal(list, { ...at(mine), query: { project_id: other } })).status).toBe(404);
    }
    const params = { allocation_id: allocations.other };
    expect((await backend.refusal(getAllocation, { ...at(mine), params })).status).toBe(404);
    await backend.call(getAllocation, { ...at(mine), params: { allocation_id: allocations.mine } });
  });

  test('does not release a workload of another project by naming their own', async () => {
    const params = { allocation_id: allocations.other };
    for (const headers of [{ 'x-project-id': mine }, { 'x-project-id': other }, {}] as Record<string, string>[])
      expect(await backend.refusal(releaseAllocation, { token: guest.token, headers, params })).toMatchObject({
        status: 404,
        code: 'not_found',
      });
    const { status } = await backend.call(getAllocation, { token: owner.token, params });
    expect(['releasing', 'released']).not.toContain(status);
  });

  test('launches into that project alone', async () => {
    const body = { sku_id: 'sku_any', gpu_count: 1, image_id: 'img_any', project_id: other };
    const refusal = await backend.refusal(launchAllocation, { ...at(mine), idempotencyKey: 'intrusion', body });
    expect(refusal).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('hears what happens in that project and nothing else, until the role is taken', async () => {
    const response = await fetch(`${backend.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${guest.token}`, 'x-project-id': mine },
    });
    const heard = { text: '', ended: false };
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
        heard.text += decoder.decode(chunk, { stream: true });
      heard.ended = true;
    })();
    await waitFor(() => heard.text.includes('retry:'), 'the stream');
    const { outbox, database: db } = backend.services;
    const say = (word: string, projectId: string) =>
      db.transaction(tx =>
        outbox.append(tx, {
          eventType: 'test.word',
          correlationId: 'c',
          organizationId: owner.organizationId,
          resource: { type: 'word', id: word },
          payload: { word, project_id: projectId },
        }),
      );
    await say('of the other', other);
    await say('of mine', mine);
    await waitFor(() => heard.text.includes('of mine'), 'the event');
    expect(heard.text).not.toContain('of the other');

    expect((await backend.refusal(setDefaultProject, { ...at(mine), params: { project_id: other } })).status).toBe(404);
    await backend.call(setDefaultProject, { ...at(mine), params: { project_id: mine } });
    await backend.call(removeProjectMember, {
      token: owner.token,
      params: { project_id: mine, user_id: guest.userId },
    });
    expect((await backend.refusal(listAllocations, at(mine))).status).toBe(404);
    expect((await backend.call(getMe, { token: guest.token })).active_project_id).toBe(guest.projectId);
    await waitFor(() => heard.ended, 'the stream to close');
  });
});
