import { inflateSync } from 'node:zlib';

/** Reads what our documents say, page by page: the texts in the order in which they were drawn. Knows as much of PDF (ISO 32000) as pdfkit writes of it. */
export function pdfPages(file: Buffer): string[][] {
  const objects = new Map<string, { head: string; stream: Buffer }>();
  const text = file.toString('latin1');
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const begin = (match[2] as string).indexOf('stream\n');
    const head = begin < 0 ? (match[2] as string) : (match[2] as string).slice(0, begin);
    const bytes = Buffer.from(
      begin < 0 ? '' : (match[2] as string).slice(begin + 7, (match[2] as string).lastIndexOf('\nendstream')),
      'latin1',
    );
    objects.set(match[1] as string, { head, stream: head.includes('FlateDecode') ? inflateSync(bytes) : bytes });
  }
  const letters = new Map<string, Map<number, string>>();
  const lettersOf = (font: string) => {
    let known = letters.get(font);
    if (known === undefined) {
      const map = /\/ToUnicode (\d+) 0 R/.exec(objects.get(font)?.head ?? '')?.[1] ?? '';
      known = readCharacterMap(objects.get(map)?.stream.toString('latin1') ?? '');
      letters.set(font, known);
    }
    return known;
  };
  const kids =
    /\/Kids \[([^\]]*)\]/.exec([...objects.values()].find(one => one.head.includes('/Type /Pages'))?.head ?? '')?.[1] ??
    '';
  return [...kids.matchAll(/(\d+) 0 R/g)].map(([, id]) => {
    const page = objects.get(id as string)?.head ?? '';
    const content = objects.get(/\/Contents (\d+) 0 R/.exec(page)?.[1] ?? '')?.stream.toString('latin1') ?? '';
    const resources = objects.get(/\/Resources (\d+) 0 R/.exec(page)?.[1] ?? '')?.head ?? page;
    const fonts = new Map(
      [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, font]) => [name as string, font as string]),
    );
    let font = '';
    const texts: string[] = [];
    for (const [, name, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (name !== undefined) font = fonts.get(name) ?? '';
      else
        texts.push(
          [...(shown as string).matchAll(/<([0-9a-f]*)>/g)]
            .flatMap(([, hex]) => (hex as string).match(/.{4}/g) ?? [])
            .map(code => lettersOf(font).get(Number.parseInt(code, 16)) ?? '�')
            .join(''),
        );
    }
    return texts;
  });
}

function readCharacterMap(map: string): Map<number, string> {
  const letters = new Map<number, string>();
  for (const [, first, list] of map.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/g)) {
    for (const [place, [, hex]] of [...(list as string).matchAll(/<([0-9a-f\s]*)>/g)].entries()) {
      const units = ((hex as string).replaceAll(' ', '').match(/.{4}/g) ?? []).map(code => Number.parseInt(code, 16));
      letters.set(Number.parseInt(first as string, 16) + place, String.fromCharCode(...units));
    }
  }
  return letters;
}
