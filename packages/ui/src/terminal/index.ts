/** Loaded lazily by the pages that show a terminal: `lazy(() => import('@portico/ui/terminal'))`. */
export { TerminalView, TerminalView as default } from './terminal-view';
export type { TerminalHandle, TerminalViewProps } from './terminal-view';
