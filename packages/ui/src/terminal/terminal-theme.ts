import type { ITheme } from '@xterm/xterm';
import { resolvedTheme, tokenColor } from '../theme';

/** The sixteen colours programs expect, drawn from the state tokens so that a shell looks at home on either paper. */
export function terminalTheme(): ITheme {
  const background = tokenColor('--pt-terminal-bg');
  const foreground = tokenColor('--pt-ink');
  const red = tokenColor('--pt-failed');
  const green = tokenColor('--pt-running');
  const yellow = tokenColor('--pt-degraded');
  const blue = tokenColor('--pt-progress');
  const magenta = tokenColor('--pt-approval');
  const cyan = tokenColor('--pt-accent');
  const grey = tokenColor('--pt-muted');
  const isDark = resolvedTheme() === 'dark';
  return {
    background,
    foreground,
    cursor: cyan,
    cursorAccent: background,
    selectionBackground: tokenColor('--pt-terminal-selection'),
    black: isDark ? '#3a4048' : foreground,
    brightBlack: grey,
    white: isDark ? '#d5d8dc' : '#5b6066',
    brightWhite: foreground,
    red,
    green,
    yellow,
    blue,
    magenta,
    cyan,
    brightRed: red,
    brightGreen: green,
    brightYellow: yellow,
    brightBlue: blue,
    brightMagenta: magenta,
    brightCyan: cyan,
    scrollbarSliderBackground: tokenColor('--pt-line-strong'),
    scrollbarSliderHoverBackground: grey,
    scrollbarSliderActiveBackground: grey,
  };
}
