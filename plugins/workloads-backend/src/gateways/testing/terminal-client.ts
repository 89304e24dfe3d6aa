import { waitFor } from '@portico/plugin-kit/testing';
import { WebSocket } from 'ws';
import { TERMINAL_PROTOCOL } from '../terminal/control-frames';

type Control = Record<string, unknown> & { type: string };

/** A program at the other end of the terminal's WebSocket, which keeps what it is told. */
export class TerminalClient {
  readonly socket: WebSocket;
  readonly controls: Control[] = [];
  text = '';
  bytes = 0;
  /** Offset of the next byte of output. */
  seq = 0;
  close: { code: number; reason: string } | undefined;
  pings = 0;

  constructor(
    url: string,
    allocationId: string,
    token: string,
    options: { acknowledge?: boolean; autoPong?: boolean } = {},
  ) {
    const { acknowledge = true, autoPong = true } = options;
    const address = new URL(`/ws/terminal/${allocationId}`, url.replace(/^http/, 'ws'));
    this.socket = new WebSocket(address, [TERMINAL_PROTOCOL, token], { perMessageDeflate: false, autoPong });
    this.socket.on('error', () => undefined);
    this.socket.on('ping', () => (this.pings += 1));
    this.socket.on('close', (code, reason) => (this.close = { code, reason: String(reason) }));
    this.socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) {
        this.bytes += data.length;
        this.seq += data.length;
        this.text = (this.text + data.toString('latin1')).slice(-200_000);
        if (acknowledge) this.send({ type: 'ack', seq: this.seq });
        return;
      }
      const control = JSON.parse(data.toString('utf8')) as Control;
      this.controls.push(control);
      if (control.type === 'session_ready') this.seq = Number(control['from_seq']);
      if (control.type === 'gap') this.seq = Number(control['to_seq']);
    });
  }

  async opened(): Promise<this> {
    await waitFor(() => this.socket.readyState !== WebSocket.CONNECTING, 'the WebSocket to open');
    return this;
  }

  async attach(more: { after_seq?: number; cols?: number; rows?: number } = {}): Promise<Control> {
    await this.opened();
    this.send({ type: 'attach', cols: 80, rows: 24, ...more });
    return this.told('session_ready');
  }

  send(control: object | string): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send(typeof control === 'string' ? control : JSON.stringify(control));
  }

  type(text: string): void {
    this.socket.send(Buffer.from(text));
  }

  told(type: string): Promise<Control> {
    return waitFor(
      () => this.controls.find(control => control.type === type),
      `a ${type}, told ${JSON.stringify(this.controls)}, closed ${JSON.stringify(this.close)}`,
    );
  }

  async sees(pattern: RegExp): Promise<string> {
    const found = await waitFor(
      () => pattern.exec(this.text),
      `${pattern} in ${JSON.stringify(this.text.slice(-400))}`,
    );
    return found[0];
  }

  ended(): Promise<{ code: number; reason: string }> {
    return waitFor(() => this.close, 'the WebSocket to close');
  }

  /** Without a goodbye, as a laptop that is shut. */
  vanish(): void {
    this.socket.terminate();
  }
}
