import type { Duplex } from 'node:stream';
import type { ExecProcess } from '@portico/plugin-fleet/port';
import { openFlag, packetType, PacketReader, PacketWriter, status } from '../local/agent/sftp/packets';

/** Speaks the protocol by hand, as a client would, to each of the two servers a sandbox may have. */
class SftpClient {
  private buffer = Buffer.alloc(0);
  private id = 0;
  private waiting: ((packet: Buffer) => void)[] = [];
  constructor(private readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, chunk]);
      while (this.buffer.length >= 4 && this.buffer.length >= 4 + this.buffer.readUInt32BE(0)) {
        const length = this.buffer.readUInt32BE(0);
        this.waiting.shift()?.(this.buffer.subarray(4, 4 + length));
        this.buffer = this.buffer.subarray(4 + length);
      }
    });
  }
  send(writer: PacketWriter): Promise<{ type: number; packet: PacketReader }> {
    this.stream.write(writer.finish());
    return new Promise(done =>
      this.waiting.push(bytes => {
        const packet = new PacketReader(bytes);
        const type = packet.u8();
        if (type !== packetType.version) packet.u32();
        done({ type, packet });
      }),
    );
  }
  ask(type: number, fill: (writer: PacketWriter) => PacketWriter) {
    return this.send(fill(new PacketWriter(type, ++this.id)));
  }
  async code(type: number, fill: (writer: PacketWriter) => PacketWriter): Promise<number> {
    const reply = await this.ask(type, fill);
    expect(reply.type).toBe(packetType.status);
    return reply.packet.u32();
  }
}

/** Goes through all that clients ask of an sftp server, down to the codes it refuses with. */
export async function exerciseSftp(process: ExecProcess, homeDirectory: string): Promise<void> {
  const sftp = new SftpClient(process.stdio);
  expect((await sftp.send(new PacketWriter(packetType.init).u32(3))).packet.u32()).toBe(3);
  const home = (await sftp.ask(packetType.realpath, w => w.string('.'))).packet;
  expect([home.u32(), home.string().toString()]).toEqual([1, homeDirectory]);

  expect(await sftp.code(packetType.mkdir, w => w.string('d').u32(0))).toBe(status.ok);
  const open = (path: string, flags: number) => sftp.ask(packetType.open, w => w.string(path).u32(flags).u32(0));
  const file = await open('d/f', openFlag.write | openFlag.create | openFlag.truncate);
  const handle = file.packet.string();
  expect(await sftp.code(packetType.write, w => w.string(handle).u64(0).string('hello'))).toBe(status.ok);
  expect(await sftp.code(packetType.write, w => w.string(handle).u64(5).string(' world'))).toBe(status.ok);
  expect(await sftp.code(packetType.fsetstat, w => w.string(handle).u32(4).u32(0o640))).toBe(status.ok);
  expect(await sftp.code(packetType.close, w => w.string(handle))).toBe(status.ok);

  const readHandle = (await open('d/f', openFlag.read)).packet.string();
  expect((await sftp.ask(packetType.read, w => w.string(readHandle).u64(6).u32(100))).packet.string().toString()).toBe(
    'world',
  );
  expect(await sftp.code(packetType.read, w => w.string(readHandle).u64(11).u32(100))).toBe(status.eof);
  const attributes = (await sftp.ask(packetType.stat, w => w.string('d/f'))).packet.attributes();
  expect(attributes).toMatchObject({ size: 11 });
  expect(attributes.mode! & 0o777).toBe(0o640);

  expect(await sftp.code(packetType.symlink, w => w.string('d/f').string('link'))).toBe(status.ok);
  const target = (await sftp.ask(packetType.readlink, w => w.string('link'))).packet;
  expect([target.u32(), target.string().toString()]).toEqual([1, 'd/f']);
  expect(await sftp.code(packetType.rename, w => w.string('d/f').string('d/g'))).toBe(status.ok);
  const directory = (await sftp.ask(packetType.opendir, w => w.string('d'))).packet.string();
  const listing = (await sftp.ask(packetType.readdir, w => w.string(directory))).packet;
  const entries = Array.from(
    { length: listing.u32() },
    () => [listing.string().toString(), listing.string(), listing.attributes()][0],
  );
  expect(entries).toContain('g');

  expect(await sftp.code(packetType.stat, w => w.string('nothing'))).toBe(status.noSuchFile);
  expect(
    await sftp.code(packetType.open, w =>
      w
        .string('/usr/x')
        .u32(openFlag.write | openFlag.create)
        .u32(0),
    ),
  ).not.toBe(status.ok);
  expect(await sftp.code(packetType.rmdir, w => w.string('d'))).toBe(status.failure);
  expect(await sftp.code(packetType.remove, w => w.string('d/g'))).toBe(status.ok);
  expect(await sftp.code(packetType.rmdir, w => w.string('d'))).toBe(status.ok);
  process.stdio.end();
  await new Promise(done => process.onExit(done));
}
