import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { printTable } from './report';
import type { Row } from './report';

/**
 * P6, first load: what a browser fetches before a page stands: the scripts of index.html, all that they and the page import statically, and their
 * styles, each gzipped by itself as it is sent. Fonts and whatever a click loads later do not count, for the anchor neither.
 */
const dist = path.resolve(__dirname, '../packages/app/dist');
/** Gzipped JavaScript of a stock Backstage app (`create-app`, production build) before its first page. */
const STOCK_KB = 814;
const BAR = { atMost: 150, ratioAtMost: 0.25 };

/** The build makes compressed copies of what is larger; below it they save nothing. */
const COMPRESSED_BYTES_MIN = 1024;

/** Pages by the module that the router loads for them. */
const pages = { '/login': 'plugins/access/src/ui/sign-in/sign-in-page.tsx', '/': 'src/home/home-page.tsx' };

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}
type Manifest = Readonly<Record<string, Chunk>>;

function chunkOf(manifest: Manifest, key: string): Chunk {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`The manifest names ${key} and does not have it.`);
  return chunk;
}

/** The files that loading these modules loads, each once. */
function filesOf(manifest: Manifest, roots: readonly string[]): { scripts: Set<string>; styles: Set<string> } {
  const keys = new Set<string>();
  const visit = (key: string) => {
    if (keys.has(key)) return;
    keys.add(key);
    for (const imported of chunkOf(manifest, key).imports ?? []) visit(imported);
  };
  for (const root of roots) visit(root);
  const chunks = [...keys].map(key => chunkOf(manifest, key));
  return {
    scripts: new Set(chunks.map(chunk => chunk.file)),
    styles: new Set(chunks.flatMap(chunk => chunk.css ?? [])),
  };
}

const gzipKilobytes = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length, 0) / 1000;

function main(): void {
  const file = path.join(dist, '.vite/manifest.json');
  if (!existsSync(file)) throw new Error('The app is not built: npm run build.');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const entries = Object.keys(manifest).filter(key => chunkOf(manifest, key).isEntry);
  // Scripts that index.html names outside the module graph.
  const plain = [...readFileSync(path.join(dist, 'index.html'), 'utf8').matchAll(/<script src="\/([^"]+)"/g)].map(
    match => match[1] as string,
  );

  const rows = Object.entries(pages).flatMap(([place, source]): Row[] => {
    const page = Object.keys(manifest).find(key => key.endsWith(source));
    if (page === undefined) throw new Error(`No chunk of the build is made of ${source}.`);
    const { scripts, styles } = filesOf(manifest, [...entries, page]);
    for (const script of plain) scripts.add(script);
    return [
      {
        what: `${place} JavaScript (${scripts.size} files)`,
        measured: gzipKilobytes(scripts),
        unit: 'KB',
        anchor: STOCK_KB,
        bar: BAR,
      },
      { what: `${place} styles (${styles.size} files)`, measured: gzipKilobytes(styles), unit: 'KB' },
    ];
  });
  const plainCopies = Object.values(manifest).filter(
    ({ file: built }) =>
      built.endsWith('.js') &&
      !existsSync(path.join(dist, `${built}.gz`)) &&
      statSync(path.join(dist, built)).size > COMPRESSED_BYTES_MIN,
  );
  if (plainCopies.length > 0)
    console.log(
      `${plainCopies.length} scripts have no compressed copy and would be sent as they are: this build is not of \`npm run build\`.`,
    );
  printTable('First load, gzip; anchor: the stock Backstage app', rows);
}

main();
