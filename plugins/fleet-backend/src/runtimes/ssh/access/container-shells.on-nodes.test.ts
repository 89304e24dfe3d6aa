import { describeWithRealNodes } from '../../../testing/real-nodes';
import { itKeepsShells } from '../../testing/shells-spec';
import * as limits from './limits';
import { ContainerSessionsBench } from './testing/container-sessions-bench';

describeWithRealNodes('shells in containers', () => {
  let bench: ContainerSessionsBench;
  beforeAll(async () => {
    bench = await ContainerSessionsBench.start('shells');
    await bench.provision('one');
  }, 60_000);
  afterAll(() => bench?.close());

  itKeepsShells(() => bench, limits);
});
