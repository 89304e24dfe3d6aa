import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Settings, SettingsOf, SettingsSection } from '@portico/plugin-kit/backend';
import { serverSettings } from './platform-sections';
import { describeProblem } from './settings-problem';

/** Environment variables people set without knowing the configuration file, and the setting each one overrides. */
const ENVIRONMENT = {
  PORTICO_PORT: ['server', 'port'],
  PORTICO_HOST: ['server', 'host'],
  PORTICO_DATA_DIR: ['server', 'dataDirectory'],
  PORTICO_DATABASE_URL: ['database', 'url'],
  PORTICO_ADMIN_PASSWORD: ['access', 'adminPassword'],
} as const satisfies Record<string, readonly [section: string, key: string]>;

type Tree = Record<string, unknown>;

/** The configuration does not fit. Every problem is one sentence of the message. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'SettingsError';
  }
}

export interface SettingsSource {
  /** The configuration files and `APP_CONFIG_…`, merged. */
  readonly config: unknown;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly sections: readonly SettingsSection[];
  /** What a relative data directory is relative to. */
  readonly workingDirectory: string;
}

/** Checks everything at once against one schema made of all sections, with defaults filled in; throws `SettingsError`. */
export function readSettings(source: SettingsSource): Settings {
  const values = structuredClone((source.config ?? {}) as Tree);
  applyEnvironment(values, source);
  const properties: Tree = {};
  for (const section of source.sections) {
    if (section.key in properties) throw new Error(`two settings sections are called "${section.key}"`);
    properties[section.key] = section.schema;
    values[section.key] ??= {};
  }
  const ajv = new Ajv2020({ useDefaults: true, allErrors: true, verbose: true, strict: false });
  addFormats(ajv);
  const validate = ajv.compile(
    withGroupDefaults({ type: 'object', additionalProperties: false, properties }) as object,
  );
  if (!validate(values)) throw new SettingsError([...new Set((validate.errors ?? []).map(describeProblem))]);

  const server = values[serverSettings.key] as SettingsOf<typeof serverSettings>;
  return {
    of<Section extends SettingsSection>(section: Section) {
      if (!(section.key in properties))
        throw new Error(`settings section "${section.key}" is not in the list of sections`);
      return values[section.key] as SettingsOf<Section>;
    },
    dataDirectory: path.resolve(source.workingDirectory, server.dataDirectory),
    server: {
      host: server.host,
      port: server.port,
      publicUrl: withoutSlash(server.publicUrl ?? `http://localhost:${server.port}`),
    },
  };
}

function applyEnvironment(values: Tree, source: SettingsSource): void {
  for (const [variable, [section, key]] of Object.entries(ENVIRONMENT)) {
    const text = source.environment[variable];
    if (text === undefined || text === '' || !source.sections.some(known => known.key === section)) continue;
    if (key === 'port' && !/^\d{1,5}$/.test(text)) {
      throw new SettingsError([
        `The environment variable ${variable} is ${JSON.stringify(text)}; allowed is a whole number from 0 up to 65535.`,
      ]);
    }
    values[section] = { ...(values[section] as Tree | undefined), [key]: key === 'port' ? Number(text) : text };
  }
}

/** A group whose every required key has a default has one itself, so that its defaults appear without anybody writing it. */
function withGroupDefaults(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withGroupDefaults);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { properties, ...rest } = schema as {
    properties?: Record<string, Tree>;
    required?: string[];
    default?: unknown;
    type?: unknown;
  };
  if (properties === undefined) return schema;
  const complete: Record<string, Tree> = Object.fromEntries(
    Object.entries(properties).map(([key, property]) => [key, withGroupDefaults(property) as Tree]),
  );
  const fills = (rest.required ?? []).every(key => complete[key] !== undefined && 'default' in complete[key]);
  return {
    ...rest,
    properties: complete,
    ...(rest.type === 'object' && fills && rest.default === undefined ? { default: {} } : {}),
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
