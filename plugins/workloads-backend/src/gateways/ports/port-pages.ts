import type { ServerResponse } from 'node:http';
import type { Refusal } from './port-admission';

type Notice = Refusal | 'nowhere' | 'ticket_invalid' | 'nothing_listens' | 'unreachable' | 'too_busy';

const notices: Record<Notice, { status: number; title: string; text: string }> = {
  sign_in: {
    status: 401,
    title: 'Open this from the portal',
    text: 'What runs here is shown only to people who may connect to its workload. Go to the workload and open the port there.',
  },
  ticket_invalid: {
    status: 401,
    title: 'This link was used, or has expired',
    text: 'A ticket opens a port once, within a minute. Go to the workload and open the port again.',
  },
  forbidden: {
    status: 403,
    title: 'You may not connect here',
    text: 'You no longer have the permission to connect to this workload.',
  },
  foreign_request: {
    status: 403,
    title: 'Another site asked for this',
    text: 'Pages of other sites are not answered in your name. Open the port from its workload.',
  },
  not_active: {
    status: 404,
    title: 'There is nothing here',
    text: 'The workload is not active, or does not publish this port.',
  },
  nowhere: { status: 404, title: 'There is nothing here', text: 'No workload has this address.' },
  nothing_listens: {
    status: 502,
    title: 'Nothing answers on this port',
    text: 'The workload runs, but no program in it listens there yet, or what listens does not speak HTTP. Start it, then load this page again.',
  },
  unreachable: {
    status: 503,
    title: 'The workload cannot be reached',
    text: 'Its node does not answer at the moment. What runs there goes on.',
  },
  too_busy: {
    status: 503,
    title: 'Too much at once',
    text: 'So many requests to this workload are open that no more are taken. Try again in a moment.',
  },
};

/** A notice in the portal's own words, to people as a page and to programs as the error envelope. Nothing in it comes from the request. */
export function sendNotice(
  response: ServerResponse,
  notice: Notice,
  { workloadUrl, wantsPage }: { workloadUrl: string | null; wantsPage: boolean },
): void {
  const { status, title, text } = notices[notice];
  const link = workloadUrl === null ? '' : `<p><a href="${workloadUrl}">Go to the workload</a></p>`;
  const body = wantsPage
    ? `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>` +
      `<body><main><h1>${title}</h1><p>${text}</p>${link}</main></body></html>`
    : JSON.stringify({ code: notice, message: text, correlation_id: null, details: {} });
  response.writeHead(status, {
    'Content-Type': wantsPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  response.end(body);
}
