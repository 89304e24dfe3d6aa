import { itRunsCommands } from '../testing/commands-spec';
import { exerciseSftp } from '../testing/sftp-spec';
import { buildAssets, SandboxBench, until } from './testing/sandbox-bench';

const assets = buildAssets();
let bench: SandboxBench;
const run: SandboxBench['run'] = (...args) => bench.run(...args);

beforeAll(async () => {
  bench = new SandboxBench(assets.directory);
  await bench.provision('one');
});
afterAll(async () => {
  await bench.close();
  assets.remove();
});

itRunsCommands(() => bench);

describe('nvidia-smi', () => {
  it('lists the granted GPUs only and says that they are simulated', async () => {
    expect((await run('one', 'nvidia-smi -L')).output).toBe(
      'GPU 1: NVIDIA H200 (simulated) (UUID: GPU-1)\nGPU 6: NVIDIA H200 (simulated) (UUID: GPU-6)\n',
    );
    const table = (await run('one', 'nvidia-smi')).output;
    expect(table).toMatch(/SIMULATED/);
    expect(
      new Set(
        table
          .trim()
          .split('\n')
          .map(line => line.length),
      ).size,
    ).toBe(1);
  });

  it('answers the queries scripts ask', async () => {
    const fields = 'index,name,uuid,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw';
    expect((await run('one', `nvidia-smi --query-gpu=${fields} --format=csv`)).output).toBe(
      'index, name, uuid, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]\n' +
        '1, NVIDIA H200, GPU-1, 144384 MiB, 4 MiB, 0 %, 32, 75.00 W\n6, NVIDIA H200, GPU-6, 144384 MiB, 4 MiB, 0 %, 32, 75.00 W\n',
    );
    expect((await run('one', 'nvidia-smi --query-gpu=index,memory.total --format=csv,noheader,nounits')).output).toBe(
      '1, 144384\n6, 144384\n',
    );
    expect((await run('one', 'nvidia-smi --query-gpu=nonsense --format=csv')).exitCode).toBe(2);
  });
});

describe('metrics', () => {
  it('are measured: a busy processor, a written file, a new process', async () => {
    await run(
      'one',
      'head -c 20000000 /dev/urandom > ~/big; setsid sh -c "while :; do :; done" >/dev/null 2>&1 & echo $! > ~/busy',
    );
    const sample = await until('a busy processor', async () => {
      const now = await bench.runtime.metrics(bench.instance('one'));
      return now.cpuPercent > 20 && now.diskBytesUsed > 20_000_000 ? now : null;
    });
    expect(sample.memoryBytesUsed).toBeGreaterThan(1_000_000);
    expect(sample.processes).toBeGreaterThanOrEqual(3);
    expect(sample.gpus).toHaveLength(2);
    expect(sample.gpus.every(gpu => gpu.simulated && gpu.utilizationPercent > 0)).toBe(true);
    await run('one', 'pkill -f "while :"; rm ~/big');
  });
});

describe.each(['system', 'bundled'])('sftp by the %s server', kind => {
  it('reads, writes, lists and refuses with proper codes', async () => {
    const id = kind === 'bundled' ? 'sftp-bundled' : 'sftp-system';
    await bench.provision(id);
    const process = await bench.runtime.exec(bench.instance(id), {
      command:
        kind === 'bundled'
          ? { kind: 'command', line: 'exec /run/.portico/node /run/.portico/agent.cjs sftp' }
          : { kind: 'sftp' },
      pty: null,
      environment: {},
    });
    await exerciseSftp(process, '/home/user');
  });
});
