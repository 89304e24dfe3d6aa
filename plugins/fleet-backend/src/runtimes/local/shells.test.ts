import { itKeepsShells } from '../testing/shells-spec';
import * as limits from './limits';
import { buildAssets, SandboxBench } from './testing/sandbox-bench';

const assets = buildAssets();
let bench: SandboxBench;

beforeAll(async () => {
  bench = new SandboxBench(assets.directory);
  await bench.provision('one');
});
afterAll(async () => {
  await bench.close();
  assets.remove();
});

itKeepsShells(() => bench, limits);
