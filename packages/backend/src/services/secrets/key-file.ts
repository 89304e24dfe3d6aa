import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { KEY_BYTES } from './secret-box';

export const KEY_FILE = 'secret.key';

/** Reads the key of the data directory, or makes one: written aside, synced and linked into place, so that of two who make it at once one wins and both read the same. */
export function readOrMakeKey(directory: string): Uint8Array {
  const file = path.join(directory, KEY_FILE);
  try {
    return read(file);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
  }
  const part = `${file}.${randomBytes(6).toString('hex')}`;
  const descriptor = openSync(part, 'wx', 0o600);
  try {
    writeSync(descriptor, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(part, file);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(part);
  }
  return read(file);
}

function read(file: string): Uint8Array {
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== KEY_BYTES)
    throw new Error(`${file} does not hold a key of ${KEY_BYTES} bytes in base64; restore it from the backup.`);
  // Others may have been given a look by a copy or a restore.
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  return key;
}
