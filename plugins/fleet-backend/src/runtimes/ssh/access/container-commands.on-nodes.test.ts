import { describeWithRealNodes } from '../../../testing/real-nodes';
import { itRunsCommands } from '../../testing/commands-spec';
import { exerciseSftp } from '../../testing/sftp-spec';
import { itForgivesUnreadInput } from '../../testing/unread-input-spec';
import { ContainerSessionsBench } from './testing/container-sessions-bench';

describeWithRealNodes('commands in containers', () => {
  let bench: ContainerSessionsBench;
  beforeAll(async () => {
    bench = await ContainerSessionsBench.start('commands');
    await bench.provision('one');
  }, 60_000);
  afterAll(() => bench?.close());

  itRunsCommands(() => bench);
  itForgivesUnreadInput(() => bench);

  it('sftp reads, writes, lists and refuses with proper codes', async () => {
    const process = await bench.runtime.exec(bench.instance('one'), {
      command: { kind: 'sftp' },
      pty: null,
      environment: {},
    });
    await exerciseSftp(process, '/home/user');
  });
});
