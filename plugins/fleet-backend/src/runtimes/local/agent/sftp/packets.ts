/** The packets of SFTP version 3 (draft-ietf-secsh-filexfer-02), the version OpenSSH speaks. Sections named there as §. */
export const packetType = {
  init: 1, version: 2, open: 3, close: 4, read: 5, write: 6, lstat: 7, fstat: 8, setstat: 9, fsetstat: 10, opendir: 11, readdir: 12,
  remove: 13, mkdir: 14, rmdir: 15, realpath: 16, stat: 17, rename: 18, readlink: 19, symlink: 20,
  status: 101, handle: 102, data: 103, name: 104, attrs: 105, extended: 200, extendedReply: 201,
} as const; // prettier-ignore

/** §7 */
export const status = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

/** §6.3 */
export const openFlag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

/** §5 */
const attributeFlag = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x80000000 } as const;

export interface Attributes {
  size?: number;
  uid?: number;
  gid?: number;
  mode?: number;
  atime?: number;
  mtime?: number;
}

export class PacketReader {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  u8(): number {
    return this.bytes.readUInt8((this.at += 1) - 1);
  }
  u32(): number {
    return this.bytes.readUInt32BE((this.at += 4) - 4);
  }
  u64(): number {
    return Number(this.bytes.readBigUInt64BE((this.at += 8) - 8));
  }
  string(): Buffer {
    const length = this.u32();
    if (this.at + length > this.bytes.length) throw new RangeError('a string runs past its packet');
    return this.bytes.subarray(this.at, (this.at += length));
  }
  /** Paths are bytes on Linux; `latin1` would mangle none but match none. Names that are not UTF-8 stay unreachable, never wrong. */
  path(): string {
    const path = this.string().toString('utf8');
    if (path.includes('\0')) throw new RangeError('a path with a zero byte');
    return path === '' ? '.' : path;
  }
  attributes(): Attributes {
    const flags = this.u32();
    const attributes: Attributes = {};
    if (flags & attributeFlag.size) attributes.size = this.u64();
    if (flags & attributeFlag.owner) Object.assign(attributes, { uid: this.u32(), gid: this.u32() });
    if (flags & attributeFlag.permissions) attributes.mode = this.u32();
    if (flags & attributeFlag.times) Object.assign(attributes, { atime: this.u32(), mtime: this.u32() });
    return attributes;
  }
}

export class PacketWriter {
  private readonly parts: Buffer[] = [];

  constructor(type: number, id?: number) {
    this.parts.push(Buffer.from([type]));
    if (id !== undefined) this.u32(id);
  }
  u32(value: number): this {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32BE(value >>> 0);
    this.parts.push(bytes);
    return this;
  }
  u64(value: number | bigint): this {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigUInt64BE(BigInt(value));
    this.parts.push(bytes);
    return this;
  }
  string(value: string | Buffer): this {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.u32(bytes.length);
    this.parts.push(bytes);
    return this;
  }
  attributes(stats: { size: number; uid: number; gid: number; mode: number; atimeMs: number; mtimeMs: number }): this {
    const { size, owner, permissions, times } = attributeFlag;
    this.u32(size | owner | permissions | times)
      .u64(Math.max(0, stats.size))
      .u32(stats.uid)
      .u32(stats.gid)
      .u32(stats.mode);
    return this.u32(Math.trunc(stats.atimeMs / 1000)).u32(Math.trunc(stats.mtimeMs / 1000));
  }
  finish(): Buffer {
    const body = Buffer.concat(this.parts);
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, body]);
  }
}
