import { waitFor } from '@portico/plugin-kit/testing';
import type { BrowserContext } from 'playwright-core';
import type { PortalProcess } from './portal-process';

export const password = 'a long enough password of a test';

export interface Launched {
  readonly allocationId: string;
  readonly taskId: string;
}

/** The API with the session of a browser context: what a page of that context is shown is prepared and looked at with it. */
export interface ApiSession {
  get<Reply>(where: string): Promise<Reply>;
  post(where: string, body?: object, headers?: Record<string, string>): Promise<{ status: number; body: unknown }>;
  patch(where: string, body: object): Promise<{ status: number; body: unknown }>;
  /** One GPU of the first hardware there is, active when this returns. */
  launch(name: string): Promise<Launched>;
  release(allocationId: string): Promise<void>;
}

/** Makes an account, whose cookies the context then has. */
export async function signUp(context: BrowserContext, portal: PortalProcess, username: string): Promise<ApiSession> {
  const base = `${portal.url}/api/v1/`;
  const reply = await context.request.post(`${base}auth/personal/signup`, {
    data: { username, password, session: 'cookie' },
    headers: { origin: portal.url },
  });
  if (reply.status() !== 201) throw new Error(`signing ${username} up: ${await reply.text()}`);
  const { csrf_token: csrf } = (await reply.json()) as { csrf_token: string };

  const get = async <Reply>(where: string) => (await (await context.request.get(base + where)).json()) as Reply;
  const send = async (
    method: 'POST' | 'PATCH',
    where: string,
    { body, headers = {} }: { body: object; headers?: Record<string, string> },
  ) => {
    const answer = await context.request.fetch(base + where, {
      method,
      data: body,
      headers: { origin: portal.url, 'x-csrf-token': csrf, 'idempotency-key': crypto.randomUUID(), ...headers },
    });
    return { status: answer.status(), body: answer.status() === 204 ? undefined : ((await answer.json()) as unknown) };
  };
  const post: ApiSession['post'] = (where, body = {}, headers = {}) => send('POST', where, { body, headers });
  const reaches = (allocationId: string, status: string) =>
    waitFor(
      async () => (await get<{ status: string }>(`allocations/${allocationId}`)).status === status,
      `the workload is ${status}`,
    );
  return {
    get,
    post,
    patch: (where, body) => send('PATCH', where, { body }),
    async launch(name) {
      const [sku] = (await get<{ items: { sku_id: string }[] }>('skus')).items;
      const [image] = (await get<{ items: { image_id: string }[] }>('os-images')).items;
      const { status, body } = await post('allocations', {
        name,
        sku_id: sku?.sku_id,
        gpu_count: 1,
        image_id: image?.image_id,
      });
      if (status !== 202) throw new Error(`launching ${name}: ${JSON.stringify(body)}`);
      const { allocation, task_id: taskId } = body as { allocation: { allocation_id: string }; task_id: string };
      await reaches(allocation.allocation_id, 'active');
      return { allocationId: allocation.allocation_id, taskId };
    },
    async release(allocationId) {
      const { status, body } = await post(`allocations/${allocationId}/release`);
      if (status !== 202) throw new Error(`releasing: ${JSON.stringify(body)}`);
      await reaches(allocationId, 'released');
    },
  };
}

/** The first administrator, whose cookies the context then has. */
export async function signInAsAdministrator(context: BrowserContext, portal: PortalProcess): Promise<void> {
  const reply = await context.request.post(`${portal.url}/api/v1/auth/personal/login`, {
    data: { username: 'admin', password: portal.adminPassword, session: 'cookie' },
    headers: { origin: portal.url },
  });
  if (reply.status() !== 200) throw new Error(`signing the administrator in: ${await reply.text()}`);
}
