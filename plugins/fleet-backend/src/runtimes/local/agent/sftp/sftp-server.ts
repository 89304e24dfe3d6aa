import * as fs from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { PacketReader, PacketWriter, openFlag, packetType, status } from './packets';
import type { Readable, Writable } from 'node:stream';
import type { Attributes } from './packets';

/**
 * An SFTP server for machines whose OpenSSH brings none. A process of its own inside the sandbox, as the tenant, so synchronous file
 * calls block nobody else. Answers in order, one request at a time.
 */
const PACKET_BYTES_MAX = 512 * 1024;
const READ_BYTES_MAX = 256 * 1024;
const HANDLES_MAX = 256;
const NAMES_PER_REPLY = 100;

type Handle = { kind: 'file'; fd: number; append: boolean } | { kind: 'directory'; directory: fs.Dir; path: string };

export function serveSftp(input: Readable, output: Writable): void {
  const server = new SftpServer();
  let pending: Buffer = Buffer.alloc(0);
  input.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= 4) {
      const length = pending.readUInt32BE(0);
      if (length === 0 || length > PACKET_BYTES_MAX) return void process.exit(1);
      if (pending.length < 4 + length) break;
      const reply = server.answer(pending.subarray(4, 4 + length));
      pending = pending.subarray(4 + length);
      if (!output.write(reply) && !input.isPaused()) {
        input.pause();
        output.once('drain', () => input.resume());
      }
    }
  });
  input.on('end', () => process.exit(0));
  output.on('error', () => process.exit(0));
}

class SftpStatus extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

class SftpServer {
  private readonly handles = new Map<string, Handle>();
  private nextHandle = 0;

  answer(bytes: Buffer): Buffer {
    const packet = new PacketReader(bytes);
    const type = packet.u8();
    if (type === packetType.init) {
      const version = new PacketWriter(packetType.version).u32(3);
      for (const name of ['posix-rename@openssh.com', 'hardlink@openssh.com', 'fsync@openssh.com'])
        version.string(name).string('1');
      return version.finish();
    }
    const id = packet.u32();
    try {
      return (this.perform(type, id, packet) ?? statusReply(id, status.ok, 'done')).finish();
    } catch (error) {
      return statusReply(id, ...translate(error)).finish();
    }
  }

  /** Nothing returned means plain success. */
  private perform(type: number, id: number, packet: PacketReader): PacketWriter | void {
    switch (type) {
      case packetType.open:
        return this.open(id, packet);
      case packetType.close:
        return this.close(packet.string().toString());
      case packetType.read:
        return this.read(id, packet);
      case packetType.write:
        return this.write(packet);
      case packetType.opendir: {
        const path = packet.path();
        return this.remember(id, { kind: 'directory', directory: fs.opendirSync(path), path });
      }
      case packetType.readdir:
        return this.readDirectory(id, packet);
      case packetType.lstat:
        return new PacketWriter(packetType.attrs, id).attributes(fs.lstatSync(packet.path()));
      case packetType.stat:
        return new PacketWriter(packetType.attrs, id).attributes(fs.statSync(packet.path()));
      case packetType.fstat:
        return new PacketWriter(packetType.attrs, id).attributes(fs.fstatSync(this.file(packet).fd));
      case packetType.setstat:
        return setAttributes(packet.path(), packet.attributes());
      case packetType.fsetstat:
        return setAttributes(this.file(packet).fd, packet.attributes());
      case packetType.remove:
        return fs.unlinkSync(packet.path());
      case packetType.mkdir: {
        const path = packet.path();
        return fs.mkdirSync(path, { mode: (packet.attributes().mode ?? 0o777) & 0o7777 });
      }
      case packetType.rmdir:
        return fs.rmdirSync(packet.path());
      case packetType.realpath:
        return names(id, [{ name: realPath(packet.path()) }]);
      case packetType.rename:
        return renameWithoutReplacing(packet.path(), packet.path());
      case packetType.readlink:
        return names(id, [{ name: fs.readlinkSync(packet.path()) }]);
      case packetType.symlink: {
        // OpenSSH sends the target first, against the draft, and every client follows OpenSSH.
        const target = packet.path();
        return fs.symlinkSync(target, packet.path());
      }
      case packetType.extended:
        return this.extended(packet);
      default:
        throw new SftpStatus(status.unsupported, 'This server does not know that request.');
    }
  }

  private extended(packet: PacketReader): void {
    const name = packet.string().toString();
    if (name === 'posix-rename@openssh.com') fs.renameSync(packet.path(), packet.path());
    else if (name === 'hardlink@openssh.com') fs.linkSync(packet.path(), packet.path());
    else if (name === 'fsync@openssh.com') fs.fsyncSync(this.file(packet).fd);
    else throw new SftpStatus(status.unsupported, `This server does not know ${name}.`);
  }

  private open(id: number, packet: PacketReader): PacketWriter {
    const path = packet.path();
    const wanted = packet.u32();
    const { mode } = packet.attributes();
    const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL, O_APPEND, O_NONBLOCK } = fs.constants;
    const writes = (wanted & openFlag.write) !== 0;
    let flags = writes ? (wanted & openFlag.read ? O_RDWR : O_WRONLY) : O_RDONLY;
    if (wanted & openFlag.create) flags |= O_CREAT;
    if (wanted & openFlag.truncate) flags |= O_TRUNC;
    if (wanted & openFlag.exclusive) flags |= O_EXCL;
    if (wanted & openFlag.append) flags |= O_APPEND;
    // A FIFO must not hang the session.
    const fd = fs.openSync(path, flags | O_NONBLOCK, (mode ?? 0o666) & 0o7777);
    return this.remember(id, { kind: 'file', fd, append: (wanted & openFlag.append) !== 0 });
  }

  private read(id: number, packet: PacketReader): PacketWriter {
    const { fd } = this.file(packet);
    const offset = packet.u64();
    const bytes = Buffer.allocUnsafe(Math.min(packet.u32(), READ_BYTES_MAX));
    const length = fs.readSync(fd, bytes, 0, bytes.length, offset);
    if (length === 0 && bytes.length > 0) throw new SftpStatus(status.eof, 'End of file.');
    return new PacketWriter(packetType.data, id).string(bytes.subarray(0, length));
  }

  private write(packet: PacketReader): void {
    const { fd, append } = this.file(packet);
    const offset = packet.u64();
    const bytes = packet.string();
    for (let done = 0; done < bytes.length;) {
      done += fs.writeSync(fd, bytes, done, bytes.length - done, append ? null : offset + done);
    }
  }

  private readDirectory(id: number, packet: PacketReader): PacketWriter {
    const handle = this.handles.get(packet.string().toString());
    if (handle?.kind !== 'directory') throw new SftpStatus(status.failure, 'That is not an open directory.');
    const entries: { name: string; stats?: fs.Stats }[] = [];
    while (entries.length < NAMES_PER_REPLY) {
      const entry = handle.directory.readSync();
      if (!entry) break;
      const stats = fs.lstatSync(join(handle.path, entry.name), { throwIfNoEntry: false });
      if (stats) entries.push({ name: entry.name, stats });
    }
    if (entries.length === 0) throw new SftpStatus(status.eof, 'No more entries.');
    return names(id, entries);
  }

  private close(name: string): void {
    const handle = this.handles.get(name);
    if (!handle) throw new SftpStatus(status.failure, 'That handle is not open.');
    this.handles.delete(name);
    if (handle.kind === 'file') fs.closeSync(handle.fd);
    else handle.directory.closeSync();
  }

  private file(packet: PacketReader): Extract<Handle, { kind: 'file' }> {
    const handle = this.handles.get(packet.string().toString());
    if (handle?.kind !== 'file') throw new SftpStatus(status.failure, 'That is not an open file.');
    return handle;
  }

  private remember(id: number, handle: Handle): PacketWriter {
    if (this.handles.size >= HANDLES_MAX) {
      if (handle.kind === 'file') fs.closeSync(handle.fd);
      else handle.directory.closeSync();
      throw new SftpStatus(status.failure, `No more than ${HANDLES_MAX} files can be open at once.`);
    }
    const name = String(this.nextHandle++);
    this.handles.set(name, handle);
    return new PacketWriter(packetType.handle, id).string(name);
  }
}

/** §6.5: version 3's rename fails when the target exists. A link is the only way to do that in one step; directories have none. */
function renameWithoutReplacing(from: string, to: string): void {
  if (fs.lstatSync(from).isDirectory()) {
    if (fs.lstatSync(to, { throwIfNoEntry: false })) throw new SftpStatus(status.failure, 'The target exists.');
    return fs.renameSync(from, to);
  }
  fs.linkSync(from, to);
  fs.unlinkSync(from);
}

function setAttributes(target: string | number, attributes: Attributes): void {
  const { size, mode, atime, mtime, uid, gid } = attributes;
  const on = <T extends unknown[]>(
    byPath: (path: string, ...rest: T) => void,
    byFd: (fd: number, ...rest: T) => void,
    ...rest: T
  ) => (typeof target === 'string' ? byPath(target, ...rest) : byFd(target, ...rest));
  if (size !== undefined) on(fs.truncateSync as (path: string, size: number) => void, fs.ftruncateSync, size);
  if (mode !== undefined) on(fs.chmodSync, fs.fchmodSync, mode & 0o7777);
  if (uid !== undefined && gid !== undefined) on(fs.chownSync, fs.fchownSync, uid, gid);
  if (atime !== undefined && mtime !== undefined) on(fs.utimesSync, fs.futimesSync, atime, mtime);
}

/** As OpenSSH: what does not exist yet still has a name, for `put` and `mkdir`. */
function realPath(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function names(id: number, entries: readonly { name: string; stats?: fs.Stats }[]): PacketWriter {
  const reply = new PacketWriter(packetType.name, id).u32(entries.length);
  for (const { name, stats } of entries) {
    reply.string(name).string(stats ? longName(name, stats) : name);
    if (stats) reply.attributes(stats);
    else reply.u32(0);
  }
  return reply;
}

/** The line `ls -l` of the sftp client prints as it is. */
function longName(name: string, stats: fs.Stats): string {
  const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  const bits = [...'rwxrwxrwx'].map((letter, index) => (stats.mode & (0o400 >> index) ? letter : '-')).join('');
  const date = stats.mtime.toUTCString().slice(5, 22);
  const [links, size] = [String(stats.nlink).padStart(4), String(stats.size).padStart(12)];
  return `${kind}${bits} ${links} ${String(stats.uid).padEnd(8)} ${String(stats.gid).padEnd(8)} ${size} ${date} ${basename(name)}`;
}

function statusReply(id: number, code: number, message: string): PacketWriter {
  return new PacketWriter(packetType.status, id).u32(code).string(message).string('en');
}

function translate(error: unknown): [number, string] {
  if (error instanceof SftpStatus) return [error.code, error.message];
  if (error instanceof RangeError) return [status.badMessage, error.message];
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP')
    return [status.noSuchFile, 'No such file or directory.'];
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return [status.permissionDenied, 'Permission denied.'];
  return [status.failure, message];
}
