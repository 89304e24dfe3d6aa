import { defineSettings } from '@portico/plugin-kit/backend';
import { platformSections, rateLimitSettings, serverSettings } from './platform-sections';
import { readSettings, SettingsError } from './read-settings';

const payments = defineSettings({
  key: 'payments',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['retry'],
    properties: {
      retry: {
        type: 'object',
        additionalProperties: false,
        required: ['attemptsMax'],
        properties: { attemptsMax: { type: 'integer', minimum: 1, maximum: 9, default: 3 } },
      },
      apiKey: { type: 'string', pattern: '^sk_' },
    },
  },
});
const access = defineSettings({
  key: 'access',
  schema: { type: 'object', additionalProperties: false, properties: { adminPassword: { type: 'string' } } },
});

function read(config: unknown, environment: Record<string, string> = {}) {
  return readSettings({
    config,
    environment,
    sections: [...platformSections, payments, access],
    workingDirectory: '/srv/portico',
  });
}

test('an empty configuration is a whole one', () => {
  const settings = read(undefined);
  expect(settings.server).toEqual({ host: '127.0.0.1', port: 7007, publicUrl: 'http://localhost:7007' });
  expect(settings.dataDirectory).toBe('/srv/portico/data');
  expect(settings.of(rateLimitSettings).api.perMinute).toBe(600);
  expect(settings.of(payments)).toEqual({ retry: { attemptsMax: 3 } });
});

test('a section whose every line is commented out is an empty one', () => {
  expect(read({ payments: null }).of(payments)).toEqual({ retry: { attemptsMax: 3 } });
});

test('the environment wins over the file', () => {
  const settings = read(
    { server: { port: 1, publicUrl: 'https://gpu.example/' }, app: { title: 'GPUs' } },
    {
      PORTICO_PORT: '8080',
      PORTICO_HOST: '0.0.0.0',
      PORTICO_DATA_DIR: '/var/lib/portico',
      PORTICO_ADMIN_PASSWORD: 'x',
    },
  );
  expect(settings.server).toEqual({ host: '0.0.0.0', port: 8080, publicUrl: 'https://gpu.example' });
  expect(settings.dataDirectory).toBe('/var/lib/portico');
  expect(settings.of(serverSettings).port).toBe(8080);
  expect(settings.of(access).adminPassword).toBe('x');
});

test.each([
  [
    { rateLimits: { api: { perMinutes: 5 } } },
    '"rateLimits.api.perMinutes" is not a setting of Portico; did you mean "rateLimits.api.perMinute"?',
  ],
  [{ ratelimits: {} }, '"ratelimits" is not a setting of Portico; did you mean "rateLimits"?'],
  [{ log: { zzz: 1 } }, '"log.zzz" is not a setting of Portico; known in "log": level, format.'],
  [
    { server: { port: 'eighty' } },
    '"server.port" is "eighty" (a string); allowed is a whole number from 0 up to 65535.',
  ],
  [{ server: { port: 70000 } }, '"server.port" is 70000 (a number); allowed is a whole number from 0 up to 65535.'],
  [{ log: { level: 'loud' } }, '"log.level" is "loud" (a string); allowed is one of "debug", "info", "warn", "error".'],
  [{ app: { title: null } }, '"app.title" is empty; allowed is a text.'],
  [{ payments: { apiKey: 'hunter2' } }, '"payments.apiKey" is a string; allowed is a text that matches ^sk_.'],
  [{ rateLimits: 7 }, '"rateLimits" is 7 (a number); allowed is a group of settings.'],
])('%j stops the start with a sentence', (config, sentence) => {
  expect(() => read(config)).toThrow(SettingsError);
  expect(() => read(config)).toThrow(sentence);
});

test('a port that is none is told under the name it was given', () => {
  expect(() => read({}, { PORTICO_PORT: 'http' })).toThrow('PORTICO_PORT is "http"; allowed is a whole number');
});

test('every setting of the platform is described and, unless it is meant to be absent, has a default', () => {
  for (const section of platformSections) {
    if (section.key === 'backend') continue;
    expect(section.schema).toHaveProperty('description');
    for (const property of Object.values((section.schema as { properties: object }).properties))
      expect(property).toHaveProperty('description');
  }
});

test('a section outside the list is a mistake of the wiring', () => {
  const settings = readSettings({ config: {}, environment: {}, sections: platformSections, workingDirectory: '/' });
  expect(() => settings.of(payments)).toThrow('not in the list');
});
