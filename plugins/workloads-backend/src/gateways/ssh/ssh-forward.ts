import type { Duplex } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import { ChannelOutput } from './channel-output';
import type { ClientBackPressure } from './client-socket';

/**
 * Joins a `direct-tcpip` channel to a connection made inside the instance. Each direction ends by itself: a server that has said all it
 * has to say may still be listening.
 */
export function joinForward(
  channel: ServerChannel,
  stream: Duplex,
  {
    active,
    backPressure,
    onGone,
  }: { active: () => void; backPressure: ClientBackPressure; onGone(listener: () => void): void },
): void {
  const output = new ChannelOutput(channel, backPressure, active);
  let sentAll = false;
  let heardAll = false;
  const finishWhenBothEnded = () => {
    if (sentAll && heardAll) channel.end();
  };
  const breakOff = () => {
    output.abandon();
    channel.end();
    channel.resume();
  };
  onGone(() => {
    output.abandon();
    stream.destroy();
  });
  stream.on('error', breakOff);
  // Its client may close in the middle of a write.
  channel.on('error', breakOff);
  channel.on('end', () => {
    heardAll = true;
    finishWhenBothEnded();
  });
  channel.on('data', active);
  channel.pipe(stream);
  void output.pump(stream, 'stdout').then(() => {
    sentAll = true;
    if (!heardAll) channel.eof();
    finishWhenBothEnded();
  });
}
