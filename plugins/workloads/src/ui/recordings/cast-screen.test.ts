import fc from 'fast-check';
import { readCast } from './asciicast';
import { CastScreen } from './cast-screen';

const header = '{"version":2,"width":80,"height":24,"timestamp":1700000000}';
const file = [header, '[0.5,"o","a"]', '[1,"r","100x30"]', '[1,"o","b"]', '[2,"m","missing"]', '[3,"o","c"]', ''].join(
  '\n',
);

/** What was done to a screen since it was last cleared. */
function played() {
  const cast = readCast(file)!;
  let seen: string[] = [];
  const screen = new CastScreen(cast, {
    write: text => void (text !== '' && seen.push(text)),
    reset: () => void (seen = []),
    resize: ({ cols, rows }) => void seen.push(`<${cols}x${rows}>`),
  });
  return { screen, seen: () => seen.join('') };
}

it('shows what had been shown by then, in the size of then', () => {
  const { screen, seen } = played();
  expect(seen()).toBe('<80x24>');
  screen.show(0.5);
  expect(seen()).toBe('<80x24>a');
  screen.show(1);
  expect(seen()).toBe('<80x24>a<100x30>b');
  screen.show(0.7);
  expect(seen()).toBe('<80x24>a');
});

it('looks the same at a moment, however one came there', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 1 }), moments => {
      const [wandering, direct] = [played(), played()];
      for (const moment of moments) wandering.screen.show(moment);
      direct.screen.show(moments.at(-1)!);
      expect(wandering.seen()).toBe(direct.seen());
    }),
  );
});

it('says where something is missing', () => {
  const { screen, seen } = played();
  screen.show(4);
  expect(seen()).toContain(' missing ');
});

it.each([
  ['what is cut off in the middle of a line', `${header}\n[0.5,"o","a"]\n[1,"o","never fin`, 1],
  ['kinds nobody knows, and input', `${header}\n[0.5,"i","secret"]\n[1,"x",""]\n[2,"o","a"]`, 1],
  ['lines that are nothing', `${header}\nnull\n{}\n[]\n[1]\n["1","o","a"]`, 0],
])('leaves out %s', (_what, text, count) => {
  expect(readCast(text)?.events).toHaveLength(count);
});

it.each(['', 'not json', '{"version":1,"width":80,"height":24}', '{"version":2}', 'null'])('is not %j', text => {
  expect(readCast(text)).toBeNull();
});
