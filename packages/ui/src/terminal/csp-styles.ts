import type { Terminal } from '@xterm/xterm';

/**
 * xterm's DOM renderer makes `<style>` elements while it opens and sets `style` attributes on spans of true colour. A
 * Content-Security-Policy without `'unsafe-inline'` blocks both, and its option `documentOverride` reaches only some of
 * them (6.0). So, for the one call of `open`, `<style>` elements are stood in for by elements that feed a constructed
 * stylesheet, and the row factory is given spans that put their styles through the object model. Scripts may do both
 * under `style-src 'self'`: no nonce and no exception are needed. The gallery test fails when an update undoes this.
 */
export function openUnderPolicy(terminal: Terminal, element: HTMLElement): () => void {
  const sheets = new Set<CSSStyleSheet>();
  const createReal = document.createElement.bind(document);
  const createStandIn = (tag: string, options?: ElementCreationOptions) =>
    tag === 'style' ? styleStandIn(createReal('template'), sheets) : createReal(tag, options);
  document.createElement = createStandIn as typeof document.createElement;
  try {
    terminal.open(element);
  } finally {
    // The own property shadowed the prototype's method; without it the document is as it was.
    delete (document as Partial<Document>).createElement;
  }
  const factory = rowFactoryOf(terminal);
  if (factory) factory._document = { createElement: tag => routeStyleAttribute(createReal(tag)) };
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter(sheet => !sheets.has(sheet));
  };
}

/** The text set on the stand-in goes to a stylesheet of its own. */
function styleStandIn(standIn: HTMLElement, sheets: Set<CSSStyleSheet>): HTMLElement {
  const sheet = new CSSStyleSheet();
  sheets.add(sheet);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(standIn, 'textContent', { get: () => '', set: (css: string) => sheet.replaceSync(css) });
  return standIn;
}

function routeStyleAttribute(element: HTMLElement): HTMLElement {
  const setAttribute = element.setAttribute.bind(element);
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else setAttribute(name, value);
  };
  return element;
}

interface RowFactory {
  _document: { createElement: (tag: string) => HTMLElement };
}
interface TerminalInternals {
  _core?: { _renderService?: { _renderer?: { value?: { _rowFactory?: RowFactory } } } };
}

function rowFactoryOf(terminal: Terminal): RowFactory | undefined {
  return (terminal as unknown as TerminalInternals)._core?._renderService?._renderer?.value?._rowFactory;
}
