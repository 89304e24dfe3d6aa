import { attentionRef, mailRef } from '@portico/plugin-kit/backend';
import { listMessages } from '@portico/plugin-kit/contract';
import { startMailCatcher, startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { MailCatcher } from '@portico/plugin-kit/testing';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { listAttention } from '../attention/attention-service';
import { redactText } from '../observability/redaction';
import { LEASE_MILLISECONDS, retryMilliseconds } from './mail-delivery';

const LINK = `https://portal.example.org/account/verify-email#${'0123456789abcdef'.repeat(4)}`;
const message = { to: 'ada@example.org', subject: 'Hello', text: `Open this:\n\n${LINK}\n`, correlationId: 'corr-1' };

async function started(options: Parameters<typeof startTestBackend>[0] = {}) {
  const backend = await startTestBackend({
    plugins: [],
    expose: { mail: mailRef, attention: attentionRef },
    ...options,
  });
  const { database, mail } = backend.services as typeof backend.services & { mail: typeof mailRef.T };
  const enqueue = (changes: Partial<typeof message> = {}) =>
    database.transaction(tx => mail.enqueue(tx, { ...message, ...changes }));
  const reader = backend.signInAs({ permissions: ['platform.mail.read'] });
  const messages = async () => (await backend.call(listMessages, { token: reader.token })).items;
  return { backend, database, mail, enqueue, messages };
}

describe.each(['sqlite', 'postgres'] as const)('mail on %s', database => {
  let catcher: MailCatcher | undefined;
  let stop: (() => Promise<unknown>) | undefined;
  afterEach(async () => {
    await stop?.();
    await catcher?.stop();
    stop = catcher = undefined;
  });

  test('goes out after the commit, and its text is forgotten; what rolls back sends nothing', async () => {
    catcher = await startMailCatcher();
    const {
      backend,
      database: db,
      mail,
      enqueue,
      messages,
    } = await started({
      database,
      settings: { mail: catcher.settings },
    });
    stop = () => backend.stop();
    const rolledBack = db.transaction(async tx => {
      await mail.enqueue(tx, { ...message, to: 'never@example.org' });
      throw new Error('changed our mind');
    });
    await expect(rolledBack).rejects.toThrow('changed our mind');
    await enqueue();
    await waitFor(async () => (await messages())[0]?.status === 'sent');
    expect(catcher.mails).toHaveLength(1);
    expect(catcher.mails[0]).toMatchObject({ from: 'portico@example.org', to: ['ada@example.org'], subject: 'Hello' });
    expect(catcher.mails[0]?.text).toContain(LINK);
    expect(catcher.mails[0]?.raw).toContain('Auto-Submitted: auto-generated');
    expect(await messages()).toEqual([
      expect.objectContaining({ to: 'ada@example.org', status: 'sent', text: null, attempts: 1, last_error: null }),
    ]);
    expect(await db.read.all('SELECT text_encrypted FROM platform_mail')).toEqual([{ text_encrypted: null }]);
  });

  test('waits for a mail server that is down, not readable meanwhile, and goes when it is up', async () => {
    const clock = new TestClock();
    const port = await freePort();
    const {
      backend,
      database: db,
      enqueue,
      messages,
    } = await started({
      database,
      clock,
      settings: { mail: { from: 'portico@example.org', smtp: { host: '127.0.0.1', port, secure: 'none' } } },
    });
    stop = () => backend.stop();
    await enqueue();
    await waitFor(async () => (await messages())[0]?.last_error != null);
    const [waiting] = await messages();
    expect(waiting).toMatchObject({ status: 'queued', text: null, attempts: 1 });
    const [row] = await db.read.all<{ text_encrypted: string }>('SELECT text_encrypted FROM platform_mail');
    expect(row?.text_encrypted).not.toContain('verify-email');
    catcher = await startMailCatcher({ port });
    await waitFor(async () => {
      await clock.advance(retryMilliseconds(1));
      return (await messages())[0]?.status === 'sent';
    });
    expect(catcher.mails).toHaveLength(1);
  });

  test('is given up after a day, which a person is told of; the next that is taken ends that', async () => {
    const clock = new TestClock();
    const port = await freePort();
    const {
      backend,
      database: db,
      enqueue,
      messages,
    } = await started({
      database,
      clock,
      settings: { mail: { from: 'portico@example.org', smtp: { host: '127.0.0.1', port, secure: 'none' } } },
    });
    stop = () => backend.stop();
    await enqueue();
    await waitFor(async () => (await messages())[0]?.last_error != null);
    clock.set(clock.now() + 24 * 60 * 60 * 1000);
    await waitFor(async () => {
      await clock.advance(retryMilliseconds(1));
      return (await messages())[0]?.status === 'failed';
    });
    const raised = () => listAttention(db.read, { limit: 10 });
    expect(await raised()).toEqual([expect.objectContaining({ kind: 'mail.undelivered' })]);
    catcher = await startMailCatcher({ port });
    await enqueue();
    await waitFor(async () => (await messages())[0]?.status === 'sent');
    expect(await raised()).toEqual([]);
  });

  test('is given up at once where there is no such mailbox, and others go', async () => {
    catcher = await startMailCatcher({ refuse: to => (to.startsWith('nobody') ? 'no such user' : undefined) });
    const {
      backend,
      database: db,
      enqueue,
      messages,
    } = await started({
      database,
      settings: { mail: catcher.settings },
    });
    stop = () => backend.stop();
    await enqueue({ to: 'nobody@example.org' });
    await enqueue();
    await waitFor(async () => (await messages()).every(({ status }) => status !== 'queued'));
    expect((await messages()).map(({ to, status }) => [to, status]).sort()).toEqual([
      ['ada@example.org', 'sent'],
      ['nobody@example.org', 'failed'],
    ]);
    expect(await listAttention(db.read, { limit: 10 })).toEqual([]);
  });

  test('whose sender died before noting that it went is sent again under the same Message-ID', async () => {
    const clock = new TestClock();
    let died: (() => void) | undefined;
    const dead = new Promise<void>(resolve => (died = resolve));
    let isFirst = true;
    catcher = await startMailCatcher({
      async taking() {
        if (!isFirst) return;
        isFirst = false;
        await dead;
      },
    });
    const first = await started({ database, clock, settings: { mail: catcher.settings } });
    await first.enqueue();
    await waitFor(() => catcher?.mails.length === 1);
    // The server has the message; the replica loses its database before it hears so.
    const stopped = first.backend.services.database as unknown as { close(): Promise<void> };
    await stopped.close();
    died?.();
    await first.backend.stop({ keep: true }).catch(() => {});
    clock.set(clock.now() + LEASE_MILLISECONDS);
    const second = await started({ database, clock, settings: { mail: catcher.settings }, on: first.backend.data });
    stop = () => second.backend.stop();
    await waitFor(async () => (await second.messages())[0]?.status === 'sent');
    expect(catcher.mails).toHaveLength(2);
    expect(catcher.mails[1]?.messageId).toBe(catcher.mails[0]?.messageId);
    expect(catcher.mails[0]?.messageId).toMatch(/^<mail_\w+@example\.org>$/);
    expect((await second.messages())[0]?.attempts).toBe(2);
  });

  test('stays readable for administrators where there is no mail server, newest first, page by page', async () => {
    const clock = new TestClock();
    const { backend, enqueue } = await started({ database, clock });
    stop = () => backend.stop();
    for (const number of [1, 2, 3]) {
      clock.set(clock.now() + 1);
      await enqueue({ subject: `Number ${number}` });
    }
    const { token } = backend.signInAs({ permissions: ['platform.mail.read'] });
    const first = await waitFor(async () => {
      const page = await backend.call(listMessages, { token, query: { limit: 2 } });
      return page.items.every(({ status }) => status === 'kept') && page;
    });
    const rest = await backend.call(listMessages, { token, query: { limit: 2, cursor: first.next_cursor ?? '' } });
    expect([...first.items, ...rest.items].map(({ subject }) => subject)).toEqual(['Number 3', 'Number 2', 'Number 1']);
    expect(rest.next_cursor).toBeNull();
    for (const { text } of first.items) expect(text).toContain(LINK);
    const other = backend.signInAs({ permissions: ['platform.attention.read'] });
    expect(await backend.refusal(listMessages, { token: other.token })).toMatchObject({ code: 'permission_denied' });
  });

  test('has one recipient and the headers we gave it, whatever people are called', async () => {
    catcher = await startMailCatcher();
    const { backend, enqueue, messages } = await started({ database, settings: { mail: catcher.settings } });
    stop = () => backend.stop();
    for (const to of [
      'ada@example.org, eve@example.org',
      'ada@example.org,eve@example.org',
      'ada@example.org\r\nBcc: eve@example.org',
      'Eve <eve@example.org>',
      'ada(eve@example.org)@example.org',
      '"eve@example.org "@example.org',
      'ada@example.org;eve@example.org',
      'ada@',
      '@example.org',
      '',
    ]) {
      await expect(enqueue({ to })).rejects.toThrow('not one mail address');
    }
    await enqueue({
      subject: 'Join Acme\r\nBcc: eve@example.org\r\n\r\nClick here',
      text: 'Hello\r\n.\r\nRCPT TO:<eve@example.org>',
    });
    await waitFor(async () => (await messages())[0]?.status === 'sent');
    expect(catcher.mails).toHaveLength(1);
    expect(catcher.mails[0]).toMatchObject({
      to: ['ada@example.org'],
      subject: 'Join Acme Bcc: eve@example.org Click here',
    });
    expect(catcher.mails[0]?.raw).not.toMatch(/^Bcc:/im);
  });
});

test('the log shows the link of a message', () => {
  expect(redactText(message.text)).toBe(message.text);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
