import { createSecretKey } from 'node:crypto';
import type { Connection, ServerChannel } from 'ssh2';

/**
 * Everything that reaches into `ssh2` (1.17, pinned) beyond its documented interface, each with the defect it works around.
 */

interface Protocol {
  /** The key exchange in progress. While it lasts, packets are queued without any bound. */
  _kexinit: unknown;
  _cipher: Record<string, unknown>;
  _decipher: Record<string, unknown>;
  _packetRW: { write: { alloc(bytes: number): Buffer; finalize(packet: Buffer, force?: boolean): Buffer } };
  _onHandshakeComplete(...negotiated: unknown[]): void;
  readonly _handlers: { CHANNEL_OPEN(protocol: Protocol, channel: { sender: number; packetSize: number }): void };
  channelOpenFail(recipient: number, reason: number, description: string): void;
}

/** `ssh2` puts a packet's length and padding length before its payload. */
const PAYLOAD_OFFSET = 5;
const EXT_INFO = 7;
/** Bytes. Clients take 16 KiB and more in a packet; with a few bytes in each, a screenful costs this process a tenth of a second. */
const PACKET_BYTES_MIN = 1024;
/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254, section 5.1). */
const PROHIBITED = 1;

function protocolOf(connection: Connection): Protocol {
  return (connection as unknown as { _protocol: Protocol })._protocol;
}

/** Whether keys are being exchanged; the connection emits `rekey` when it is over. */
export function isExchangingKeys(connection: Connection): boolean {
  return protocolOf(connection)._kexinit !== undefined;
}

/**
 * Refuses channels whose client takes next to nothing in a packet. `ssh2` cuts what it writes into packets of that size, in one loop without
 * end when it is zero.
 */
export function refuseTinyPackets(connection: Connection): void {
  const handlers = protocolOf(connection)._handlers;
  const open = handlers.CHANNEL_OPEN;
  handlers.CHANNEL_OPEN = (protocol, channel) => {
    if (channel.packetSize >= PACKET_BYTES_MIN) open(protocol, channel);
    else protocol.channelOpenFail(channel.sender, PROHIBITED, 'packets are too small');
  };
}

/** What a channel has left to write is written again, and its callback called again, by a later window unless it is forgotten here. */
export function forgetWritten(channel: ServerChannel): void {
  Object.assign(channel, { _chunk: undefined, _chunkcb: undefined, _chunkErr: undefined, _chunkcbErr: undefined });
}

/**
 * Corrects what `ssh2` does when keys have been exchanged.
 *
 * It tells the client (RFC 8308) which signatures it may use from a built-in list that lacks a comma, which hides `rsa-sha2-512`, and offers
 * SHA-1: that packet is replaced at the moment it leaves, right after the first exchange. And it hands its keys to OpenSSL as bytes with every
 * packet, which costs several times what enciphering a key press does: they are imported once per exchange.
 */
export function correctKeyExchange(connection: Connection, signatureAlgorithms: readonly string[]): void {
  const protocol = protocolOf(connection);
  const complete = protocol._onHandshakeComplete;
  let isFirst = true;
  protocol._onHandshakeComplete = (...negotiated) => {
    importKeys(protocol._cipher);
    importKeys(protocol._decipher);
    if (isFirst) replaceExtensionInfo(protocol, signatureAlgorithms, () => complete.apply(protocol, negotiated));
    else complete.apply(protocol, negotiated);
    isFirst = false;
  };
}

function importKeys(cipher: Record<string, unknown>): void {
  for (const name of ['_encKey', '_decipherKey', '_macKey']) {
    const key = cipher[name];
    if (key instanceof Uint8Array) cipher[name] = createSecretKey(key);
  }
}

function replaceExtensionInfo(protocol: Protocol, names: readonly string[], send: () => void): void {
  const writer = protocol._packetRW.write;
  const { finalize } = writer;
  writer.finalize = (packet, force) => {
    if (packet[PAYLOAD_OFFSET] !== EXT_INFO) return finalize.call(writer, packet, force);
    const payload = extensionInfo(names);
    const corrected = writer.alloc(payload.length);
    corrected.set(payload, PAYLOAD_OFFSET);
    return finalize.call(writer, corrected, force);
  };
  send();
  writer.finalize = finalize;
}

function extensionInfo(names: readonly string[]): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  return Buffer.concat([Buffer.from([EXT_INFO, 0, 0, 0, 1]), text('server-sig-algs'), text(names.join(','))]);
}
