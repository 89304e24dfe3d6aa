import { createLogger } from './logger';
import { redact } from './redaction';

test('fields are dropped by their names, whatever they hold', () => {
  expect(
    redact({
      authorization: 'x',
      Cookie: 'a=b',
      nested: { newPassword: 'p', refresh_token: 't', private_key: 'k', clientSecret: 's' },
    }),
  ).toEqual({
    authorization: '[redacted]',
    Cookie: '[redacted]',
    nested: {
      newPassword: '[redacted]',
      refresh_token: '[redacted]',
      private_key: '[redacted]',
      clientSecret: '[redacted]',
    },
  });
});

test('what is no secret stays', () => {
  const line = {
    operation_id: 'signIn',
    key_id: 'key_1',
    status: 200,
    token: null,
    list: ['a', 1],
    message: 'the token was refused',
  };
  expect(redact(line)).toEqual(line);
});

test.each([
  ['a bearer token', 'sent Authorization: Bearer pts_Af6GermU1eHp3dR8iLZ', 'pts_Af6GermU1eHp3dR8iLZ'],
  ['an API key', 'with ptk_0123456789abcdef', 'ptk_0123456789abcdef'],
  ['a key of the payment provider', 'with rk_live_51Habcdefgh refused', '51Habcdefgh'],
  ['a secret that webhooks are signed with', 'checked with whsec_abcdef0123', 'abcdef0123'],
  ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'c2lnbmF0dXJl'],
  ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----', 'abc'],
  ['a database URL', 'connecting to postgres://portico:hunter22@db/portico', 'hunter22'],
  ['a password in text', '{"password":"hunter22"} and password=hunter22', 'hunter22'],
  ['a session cookie', 'cookie __Host-portico=abcdef', 'abcdef'],
  ['a session cookie on loopback', 'cookie theme=dark; portico=abcdef', 'abcdef'],
])('%s does not survive in text', (_what, text, secret) => {
  expect(redact(text)).not.toContain(secret);
  expect(redact(new Error(text))).not.toContain(secret);
});

test('lines are JSON with the fields of the logger they came from, below the level nothing', () => {
  const lines: string[] = [];
  const logger = createLogger(
    { level: 'info', format: 'json', write: line => void lines.push(line) },
    { plugin: 'billing' },
  );
  logger.debug('unheard');
  logger.child({ task: 't1' }).warn('careful: Bearer abcdefghijkl', { count: 2, big: 5n as never });
  logger.error('broken', new Error('deep'));
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] as string)).toMatchObject({
    level: 'warn',
    message: 'careful: Bearer [redacted]',
    plugin: 'billing',
    task: 't1',
    count: 2,
    big: '5',
  });
  expect((JSON.parse(lines[1] as string) as { error: string }).error).toContain('Error: deep');
});

test('a line for a terminal holds nothing that a terminal obeys', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'text', write: line => lines.push(line) });
  logger.info('GET /\u009b2J\u001b[2J\r', { name: 'a\u001b]0;owned\u0007\nb' });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/GET \/\\x9b2J\\x1b\[2J\\x0d {2}name=a\\x1b\]0;owned\\x07\nb\n$/);
});
