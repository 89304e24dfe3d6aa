import { itForgivesUnreadInput } from '../testing/unread-input-spec';
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

itForgivesUnreadInput(() => bench);
