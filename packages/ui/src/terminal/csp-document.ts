/**
 * xterm's renderer writes `<style>` elements and `style` attributes, both of which a Content-Security-Policy without
 * `'unsafe-inline'` blocks. Its documented option `documentOverride` takes the document it creates elements with, so it is
 * given one whose `<style>` elements feed a constructed stylesheet and whose spans put their styles through the object
 * model. Both are scripts acting on the CSSOM, which the policy allows: no nonce and no exception are needed.
 */
export interface CspDocument {
  document: Document;
  dispose: () => void;
}

export function createCspDocument(real: Document): CspDocument {
  const sheets = new Set<CSSStyleSheet>();
  const createElement = (tag: string, options?: ElementCreationOptions): HTMLElement => {
    const name = tag.toLowerCase();
    if (name === 'style') return styleStandIn(real, sheets);
    const element = real.createElement(tag, options);
    if (name === 'span') routeStyleAttribute(element);
    return element;
  };
  const document = new Proxy(real, {
    get(target, key) {
      if (key === 'createElement') return createElement;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
  const dispose = () => {
    real.adoptedStyleSheets = real.adoptedStyleSheets.filter(sheet => !sheets.has(sheet));
    sheets.clear();
  };
  return { document, dispose };
}

/** A hidden element in the place of a `<style>`; its text goes to a constructed stylesheet, which goes when it goes. */
function styleStandIn(real: Document, sheets: Set<CSSStyleSheet>): HTMLElement {
  const standIn = real.createElement('template');
  const sheet = new CSSStyleSheet();
  sheets.add(sheet);
  real.adoptedStyleSheets = [...real.adoptedStyleSheets, sheet];
  Object.defineProperty(standIn, 'textContent', {
    get: () => '',
    set: (css: string) => sheet.replaceSync(css),
  });
  const remove = standIn.remove.bind(standIn);
  standIn.remove = () => {
    real.adoptedStyleSheets = real.adoptedStyleSheets.filter(other => other !== sheet);
    sheets.delete(sheet);
    remove();
  };
  return standIn;
}

function routeStyleAttribute(element: HTMLElement): void {
  const setAttribute = element.setAttribute.bind(element);
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else setAttribute(name, value);
  };
}
