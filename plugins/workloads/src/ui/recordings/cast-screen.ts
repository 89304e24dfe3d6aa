import { sizeOf } from './asciicast';
import type { Cast } from './asciicast';

/** Where a recording is shown. */
export interface Screen {
  write(text: string): void;
  reset(): void;
  resize(size: { cols: number; rows: number }): void;
}

/** Brings a screen to any moment of a recording: onwards by what is new, back by beginning again. */
export class CastScreen {
  /** Events shown already. */
  #next = 0;
  #at = 0;

  constructor(
    private readonly cast: Cast,
    private readonly screen: Screen,
  ) {
    this.#restart();
  }

  show(seconds: number): void {
    if (seconds < this.#at) this.#restart();
    this.#at = seconds;
    let output = '';
    for (; this.#next < this.cast.events.length; this.#next += 1) {
      const event = this.cast.events[this.#next];
      if (event === undefined || event.at > seconds) break;
      const size = sizeOf(event);
      if (size !== null) {
        // What came before belongs on the screen of before.
        this.screen.write(output);
        output = '';
        this.screen.resize(size);
      }
      if (event.kind === 'o') output += event.text;
      if (event.kind === 'm') output += `\u001b[0m\r\n\u001b[7m ${event.text} \u001b[0m\r\n`;
    }
    if (output !== '') this.screen.write(output);
  }

  #restart(): void {
    this.#next = 0;
    this.screen.reset();
    this.screen.resize({ cols: this.cast.columns, rows: this.cast.rows });
  }
}
