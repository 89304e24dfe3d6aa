/** Structured logs on standard output: one JSON object per line, or text where a person sits at the terminal. Nothing leaves unredacted. */
import { coreServices, createServiceFactory } from '@backstage/backend-plugin-api';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { settingsRef } from '@portico/plugin-kit/backend';
import { logSettings } from '../settings/platform-sections';
import { redact, redactText } from './redaction';

const LEVELS = { debug: 0, info: 1, warn: 2, error: 3 } as const;
type Level = keyof typeof LEVELS;
type Meta = Parameters<LoggerService['info']>[1];

export interface LogOptions {
  readonly level: Level;
  readonly format: 'json' | 'text';
  write(line: string): void;
}

export function createLogger(options: LogOptions, inherited: object = {}): LoggerService {
  const log = (level: Level) => (message: string, meta?: Meta) => {
    if (LEVELS[level] < LEVELS[options.level]) return;
    const fields = {
      ...inherited,
      ...(meta instanceof Error ? { error: redact(meta) } : (redact(meta ?? {}) as object)),
    };
    options.write(options.format === 'json' ? jsonLine(level, message, fields) : textLine(level, message, fields));
  };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: meta => createLogger(options, { ...inherited, ...(redact(meta) as object) }),
  };
}

function jsonLine(level: Level, message: string, fields: object): string {
  return `${JSON.stringify({ at: new Date().toISOString(), level, message: redactText(message), ...fields })}\n`;
}

function textLine(level: Level, message: string, fields: object): string {
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const line = `${redactText(message)}${rest.length > 0 ? `  ${rest.join(' ')}` : ''}`;
  return `${new Date().toISOString().slice(11, 23)} ${level.padEnd(5)} ${printable(line)}\n`;
}

/** What strangers send stands in paths and names, and a terminal obeys more characters than it shows. Lines of a stack stay lines. */
function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g,
    character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

export const rootLoggerFactory = createServiceFactory({
  service: coreServices.rootLogger,
  deps: { settings: settingsRef },
  factory({ settings }) {
    const { level, format } = settings.of(logSettings);
    const text = format === 'text' || (format === 'auto' && process.stdout.isTTY);
    return createLogger({ level, format: text ? 'text' : 'json', write: line => void process.stdout.write(line) });
  },
});
