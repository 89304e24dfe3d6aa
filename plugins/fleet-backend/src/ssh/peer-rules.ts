import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';

/** The least a peer must take in one packet. A server that takes nothing at all would have `ssh2` send nothing, for ever, in one turn of the event loop; RFC 4253 asks for 32,768. */
const PACKET_BYTES_MIN = 1024;

/** What of a client `ssh2` keeps to itself. */
interface ClientInside {
  readonly _protocol?: { readonly _handlers: Handlers };
  readonly _chanMgr?: { get(id: number): unknown };
}
interface Incoming {
  readonly window: number;
  readonly state: string;
}
type Handler<Arguments extends unknown[]> = (protocol: unknown, ...said: Arguments) => void;
interface Handlers {
  CHANNEL_OPEN_CONFIRMATION: Handler<[info: { packetSize: number }]>;
  CHANNEL_DATA: Handler<[id: number, data: Buffer]>;
  CHANNEL_EXTENDED_DATA: Handler<[id: number, data: Buffer, type: number]>;
  GLOBAL_REQUEST: Handler<[name: string, wantsReply: boolean, data: unknown]>;
}

/**
 * Holds a server to the protocol's own bounds, which `ssh2` trusts it to keep (as of 1.17): a tenant is root in a container and may run any sshd there, and what it sends lands in the memory of the portal.
 * Whoever sends more than it was given room for, or after it said that this was all, or takes nothing of what it asked for, loses the connection. To be called in the turn of `connect`.
 */
export function holdToRules(
  client: Client,
  { socket, unsentBytesMax = Infinity }: { socket: Duplex; unsentBytesMax?: number },
): void {
  const { _protocol: protocol, _chanMgr: channels } = client as unknown as ClientInside;
  if (protocol === undefined || channels === undefined) throw new Error('ssh2 has changed inside');
  const handlers = protocol._handlers;
  const { CHANNEL_OPEN_CONFIRMATION, CHANNEL_DATA, CHANNEL_EXTENDED_DATA, GLOBAL_REQUEST } = { ...handlers };
  // Within the window, and before the end: bytes after it are an error of the stream, which ends the process where nobody listens for one.
  const mayCome = (id: number, data: Buffer): boolean => {
    const channel = channels.get(id) as { incoming?: Incoming } | (() => void) | null | undefined;
    if (typeof channel !== 'object' || channel?.incoming === undefined) return true;
    return channel.incoming.state === 'open' && data.length <= channel.incoming.window;
  };
  handlers.CHANNEL_OPEN_CONFIRMATION = (from, info) => {
    if (info.packetSize < PACKET_BYTES_MIN) client.destroy();
    else CHANNEL_OPEN_CONFIRMATION(from, info);
  };
  handlers.CHANNEL_DATA = (from, id, data) => {
    if (mayCome(id, data)) CHANNEL_DATA(from, id, data);
    else client.destroy();
  };
  handlers.CHANNEL_EXTENDED_DATA = (from, id, data, type) => {
    if (mayCome(id, data)) CHANNEL_EXTENDED_DATA(from, id, data, type);
    else client.destroy();
  };
  // Refused as every other request is. The one name `ssh2` knows has it ask for proofs, and keep what it asked until there is an answer.
  handlers.GLOBAL_REQUEST = (from, _name, wantsReply, data) => GLOBAL_REQUEST(from, '', wantsReply, data);

  if (unsentBytesMax === Infinity) return;
  const write = socket.write.bind(socket) as (...what: unknown[]) => boolean;
  socket.write = ((...what: unknown[]) => {
    const goesOn = write(...what);
    if (socket.writableLength > unsentBytesMax) client.destroy();
    return goesOn;
  }) as Duplex['write'];
}
