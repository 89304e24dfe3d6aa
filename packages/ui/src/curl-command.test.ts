import { execFileSync } from 'node:child_process';
import { curlCommand } from './curl-command';

/** What a real shell makes of the command: `curl` is a function that prints its arguments, one per line-safe record. */
function parsed(command: string): string[] {
  const script = `curl() { for argument in "$@"; do printf '%s\\0' "$argument"; done; }\n${command}`;
  return execFileSync('sh', ['-c', script], { env: { PORTICO_TOKEN: 'secret' } })
    .toString()
    .split('\0')
    .slice(0, -1);
}

test('a shell reads method, address, headers and body as they are, quotes and dollars included', () => {
  const body = { name: `Ada's "$HOME" \`id\` \\ trainer`, gpu_count: 2 };
  const request = {
    method: 'POST',
    url: 'https://portal.example/api/v1/allocations?a=1&b=2',
    body,
    idempotencyKey: 'draft-1',
  };
  const read = parsed(curlCommand(request));
  expect(read.slice(0, -1)).toEqual([
    '-X',
    'POST',
    request.url,
    '-H',
    'Authorization: Bearer secret',
    '-H',
    'Idempotency-Key: draft-1',
    '-H',
    'Content-Type: application/json',
    '--data',
  ]);
  expect(JSON.parse(read.at(-1) ?? '')).toEqual(body);
});

test('a call without a body sends none', () => {
  expect(parsed(curlCommand({ method: 'DELETE', url: 'https://portal.example/x' }))).toEqual([
    '-X',
    'DELETE',
    'https://portal.example/x',
    '-H',
    'Authorization: Bearer secret',
  ]);
});
