import type { ClientChannel } from 'ssh2';

/** What of a channel `ssh2` keeps to itself. */
interface ChannelInside {
  readonly outgoing?: { readonly id: number; readonly state: string };
  readonly _client?: { readonly _protocol?: { signal(id: number, name: string): void } };
}

/** To a program whose input has ended too; `ssh2` itself sends signals only as long as it could also send input. */
export function sendSignal(channel: ClientChannel, name: string): void {
  const { outgoing, _client } = channel as unknown as ChannelInside;
  if (outgoing?.state === 'open' || outgoing?.state === 'eof')
    _client?._protocol?.signal(outgoing.id, name.replace(/^SIG/, ''));
}
