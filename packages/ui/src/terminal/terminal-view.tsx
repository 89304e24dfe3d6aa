import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { forwardRef, useEffect, useId, useImperativeHandle, useRef } from 'react';
import { subscribeToTheme } from '../theme';
import { openUnderPolicy } from './csp-styles';
import { terminalTheme } from './terminal-theme';

export interface TerminalHandle {
  /** Writes output; `onWritten` runs when it has been parsed and drawn, which is the moment to acknowledge it. */
  write: (bytes: Uint8Array | string, onWritten?: () => void) => void;
  focus: () => void;
  /** Forgets screen and scrollback, before a replay. */
  reset: () => void;
  size: () => { cols: number; rows: number };
  selection: () => string;
  /** Of a screen of fixed size: gives it another one. */
  resize: (size: { cols: number; rows: number }) => void;
}

export interface TerminalViewProps {
  /** "Shell of trainer-7" */
  label: string;
  /** What was typed or pasted, as bytes for the shell. */
  onInput: (bytes: Uint8Array) => void;
  /** Called once with the first size and after every change. */
  onResize?: (size: { cols: number; rows: number }) => void;
  /** Called when the terminal can be written to. */
  onReady?: (terminal: TerminalHandle) => void;
  /** Ctrl+Shift+Esc was pressed; by default focus moves to the element after the terminal. */
  onExit?: () => void;
  isReadOnly?: boolean;
  /** The size it begins with, which the frame does not change: for what was recorded elsewhere. The letters become as large as fits instead. */
  fixedSize?: { cols: number; rows: number };
  fontSizePx?: number;
  /** Announces output; costs some speed, so people ask for it. */
  isScreenReaderMode?: boolean;
  autoFocus?: boolean;
}

const SCROLLBACK_LINES = 10_000;
/** Of a screen of fixed size: smaller ones nobody reads, so it is scrolled. */
const FONT_SIZE_MIN = 7;
const FONT_SIZE = 13;
const LINE_HEIGHT = 1.25;
/** Width of a cell in JetBrains Mono, in font sizes. */
const CELL_WIDTH = 0.6;
/** Paddings of the host and the scroll bar. */
const FRAME_PIXELS = 30;
const FONT = "'JetBrains Mono Variable', ui-monospace, monospace";

/**
 * A terminal takes every key, Tab included, so it needs a way out for people without a pointer (WCAG 2.1.2): Ctrl+Shift+Esc
 * leaves it. The line under the terminal says so.
 */
export const TerminalView = /* @__PURE__ */ forwardRef<TerminalHandle, TerminalViewProps>(
  function TerminalView(props, ref) {
    const host = useRef<HTMLDivElement>(null);
    const exit = useRef<HTMLParagraphElement>(null);
    const handle = useRef<TerminalHandle | null>(null);
    const latest = useRef(props);
    latest.current = props;
    const hintId = useId();

    useImperativeHandle(ref, () => forwardingHandle(handle), []);

    useEffect(() => {
      const element = host.current;
      if (!element) return;
      const terminal = new Terminal({
        fontFamily: FONT,
        fontSize: latest.current.fontSizePx ?? FONT_SIZE,
        lineHeight: LINE_HEIGHT,
        scrollback: SCROLLBACK_LINES,
        cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
        screenReaderMode: latest.current.isScreenReaderMode ?? false,
        disableStdin: latest.current.isReadOnly ?? false,
        minimumContrastRatio: 4.5,
        theme: terminalTheme(),
      });
      const fit = new FitAddon();
      terminal.loadAddon(fit);
      const removeStyles = openUnderPolicy(terminal, element);
      terminal.textarea?.setAttribute('aria-label', latest.current.label);
      terminal.textarea?.setAttribute('aria-describedby', hintId);

      terminal.attachCustomKeyEventHandler(event => {
        if (!(event.key === 'Escape' && event.ctrlKey && event.shiftKey)) return true;
        if (event.type === 'keydown') leave();
        return false;
      });
      // Escape is a key of the programs inside; a dialog around the terminal must not take it for its own.
      const keepEscape = (event: KeyboardEvent) => event.key === 'Escape' && event.stopPropagation();
      element.addEventListener('keydown', keepEscape);
      const leave = () => {
        if (latest.current.onExit) latest.current.onExit();
        else exit.current?.focus();
      };
      const encoder = new TextEncoder();
      const own: TerminalHandle = {
        write: (bytes, onWritten) => terminal.write(bytes, onWritten),
        focus: () => terminal.focus(),
        reset: () => terminal.reset(),
        size: () => ({ cols: terminal.cols, rows: terminal.rows }),
        selection: () => terminal.getSelection(),
        resize: size => {
          terminal.resize(size.cols, size.rows);
          fitNow();
        },
      };
      handle.current = own;
      const fitNow = () => {
        // A hidden tab measures zero; the shell must not be told that it has one column.
        if (element.clientWidth === 0 || element.clientHeight === 0) return;
        if (latest.current.fixedSize === undefined) return fit.fit();
        const widest = (element.clientWidth - FRAME_PIXELS) / (terminal.cols * CELL_WIDTH);
        const highest = (element.clientHeight - FRAME_PIXELS) / (terminal.rows * LINE_HEIGHT);
        const size = Math.floor(2 * Math.min(widest, highest, FONT_SIZE)) / 2;
        terminal.options.fontSize = Math.max(FONT_SIZE_MIN, size);
      };
      const { fixedSize } = latest.current;
      if (fixedSize !== undefined) terminal.resize(fixedSize.cols, fixedSize.rows);
      const observer = new ResizeObserver(fitNow);
      const subscriptions = [
        terminal.onData(text => latest.current.onInput(encoder.encode(text))),
        // Mouse reports of some programs are bytes that are not valid UTF-8; one char is one byte here.
        terminal.onBinary(text => latest.current.onInput(Uint8Array.from(text, char => char.charCodeAt(0)))),
        terminal.onResize(size => latest.current.onResize?.(size)),
      ];
      const unsubscribe = subscribeToTheme(() => (terminal.options.theme = terminalTheme()));
      fitNow();
      observer.observe(element);
      // The web font changes the cell size; measured before it arrived, columns would not line up.
      void document.fonts.load(`13px ${FONT}`).then(() => {
        if (handle.current !== own) return;
        terminal.options.fontFamily = `${FONT}, monospace`;
        fitNow();
      });
      latest.current.onResize?.(own.size());
      latest.current.onReady?.(own);
      if (latest.current.autoFocus) terminal.focus();
      return () => {
        handle.current = null;
        element.removeEventListener('keydown', keepEscape);
        unsubscribe();
        observer.disconnect();
        for (const subscription of subscriptions) subscription.dispose();
        terminal.dispose();
        removeStyles();
      };
    }, [hintId]);

    return (
      <div
        className={props.fixedSize ? 'pt-terminal pt-terminal-fixed' : 'pt-terminal'}
        role="group"
        aria-label={props.label}
      >
        <div ref={host} className="pt-terminal-host" />
        <p ref={exit} id={hintId} className="pt-terminal-hint" tabIndex={-1}>
          <kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>Esc</kbd> leaves the terminal
        </p>
      </div>
    );
  },
);

/** Stays valid while the terminal behind it comes and goes; writes to none are dropped, acknowledgements are not. */
function forwardingHandle(current: { current: TerminalHandle | null }): TerminalHandle {
  return {
    write: (bytes, onWritten) => (current.current ? current.current.write(bytes, onWritten) : onWritten?.()),
    focus: () => current.current?.focus(),
    reset: () => current.current?.reset(),
    size: () => current.current?.size() ?? { cols: 80, rows: 24 },
    selection: () => current.current?.selection() ?? '',
    resize: size => current.current?.resize(size),
  };
}
