import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../../../../..');

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(file);
    else if (/(?<!\.test)\.ts$/.test(entry.name)) yield file;
  }
}

/** The compiler refuses a field nobody classified as long as it knows the resource by its own fields and not as any resource. */
test('every audited resource keeps its fields known to the compiler', () => {
  const found: string[] = [];
  const known: string[] = [];
  for (const folder of ['packages', 'plugins']) {
    for (const file of sources(path.join(root, folder))) {
      const text = readFileSync(file, 'utf8');
      const name = path.relative(root, file);
      for (const _ of text.matchAll(/as const satisfies AuditedResource/g)) known.push(name);
      for (const [line] of text.matchAll(/^.*(:\s*AuditedResource\s*=|\bas AuditedResource\b).*$/gm))
        found.push(`${name}: ${line.trim()}`);
    }
  }
  expect(found).toEqual([]);
  expect(known.length).toBeGreaterThan(15);
});
