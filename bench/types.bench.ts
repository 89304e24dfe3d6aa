import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contracts } from '../packages/backend/src/contracts';
import { alternate, median, printTable } from './report';

/**
 * What the typecheck costs, as a whole and for the contracts alone: their types are computed from JSON Schemas, which a careless generic makes a
 * hundred times dearer. The anchor is a trial of the same tool chain with 240 operations on resources of 20 fields.
 */
const ROUNDS = 3;
const ANCHOR = { operations: 240, seconds: 6.4, megabytes: 227 };
const SAMPLE_MILLISECONDS = 50;

const root = path.resolve(__dirname, '..');
const compiler = path.join(root, 'node_modules/typescript/lib/tsc.js');

/** Clock ticks per second in /proc, the same on every Linux. */
const TICKS_PER_SECOND = 100;

interface Check {
  /** Of a processor, so that whatever else the machine does leaves it alone; with its collector's threads more than passes on the clock. */
  readonly seconds: number;
  readonly heapMegabytes: number;
  readonly residentMegabytes: number;
}

/** Type errors do not matter here: the compiler has done its work by then. */
async function typecheck(project: string): Promise<Check> {
  let usage = { seconds: Number.NaN, residentMegabytes: Number.NaN };
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [compiler, '-p', project, '--noEmit', '--extendedDiagnostics'],
      { cwd: root, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout) => (stdout.includes('Memory used') ? resolve(stdout) : reject(error ?? new Error(stdout))),
    );
    const sampling = setInterval(() => (usage = usageOf(child.pid) ?? usage), SAMPLE_MILLISECONDS);
    child.once('exit', () => clearInterval(sampling));
  });
  const heap = /Memory used:\s+(\d+)K/.exec(output)?.[1];
  return { ...usage, heapMegabytes: (Number(heap) * 1024) / 1e6 };
}

/** What the process has used until now, and at most; undefined once it has ended, or where there is no /proc. */
function usageOf(pid: number | undefined): { seconds: number; residentMegabytes: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields 14 and 15 of proc(5), counted from behind the name in parentheses.
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number) as [number, number];
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (peak === undefined) return undefined;
    return { seconds: (user + system) / TICKS_PER_SECOND, residentMegabytes: (Number(peak) * 1024) / 1e6 };
  } catch {
    return undefined;
  }
}

/** Source that makes the compiler work out the types of every operation to their last field: as they are compared with those of JSON. */
function everyType(): string {
  const imports = contracts.map(({ plugin }) => {
    const source = plugin === 'platform' ? '@portico/plugin-kit/contract' : `@portico/plugin-${plugin}/contract`;
    return `import type { ${plugin}Contract } from '${source}';`;
  });
  const uses = contracts.flatMap(({ plugin, operations }) =>
    Object.keys(operations).map(
      id => `export const ${id}: Json = {} as Types<(typeof ${plugin}Contract)['operations']['${id}']>;`,
    ),
  );
  return `${imports.join('\n')}
import type { BodyOf, BodySentTo, ParamsOf, QueryOf, QuerySentTo, ReplyOf } from '@portico/plugin-kit/contract';

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [field: string]: Json };
type Types<Op> = { params: ParamsOf<Op>; query: QueryOf<Op>; sent: [QuerySentTo<Op>, BodySentTo<Op>]; body: BodyOf<Op>; reply: ReplyOf<Op> };

${uses.join('\n')}
`;
}

async function main(): Promise<void> {
  const operations = contracts.reduce((sum, contract) => sum + Object.keys(contract.operations).length, 0);
  // Below the root, so that packages and types are found from there.
  const folder = path.join(root, '.cache/bench-types');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'every-type.ts'), everyType());
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.json', include: ['.'] }));
  try {
    const { whole, alone } = await alternate(ROUNDS, {
      whole: () => typecheck(path.join(root, 'tsconfig.json')),
      alone: () => typecheck(path.join(folder, 'tsconfig.json')),
    });
    const of = (checks: readonly Check[], part: keyof Check) => median(checks.map(check => check[part]));
    printTable(
      `Typecheck, ${operations} operations, medians of ${ROUNDS}; anchor: ${ANCHOR.operations} operations and nothing else`,
      [
        { what: 'whole tree, processor time', measured: of(whole, 'seconds'), unit: 's', anchor: ANCHOR.seconds },
        {
          what: 'whole tree, compiler memory',
          measured: of(whole, 'heapMegabytes'),
          unit: 'MB',
          anchor: ANCHOR.megabytes,
        },
        { what: 'whole tree, peak resident', measured: of(whole, 'residentMegabytes'), unit: 'MB' },
        {
          what: 'contracts alone, processor time',
          measured: of(alone, 'seconds'),
          unit: 's',
          anchor: ANCHOR.seconds,
        },
        {
          what: 'contracts alone, compiler memory',
          measured: of(alone, 'heapMegabytes'),
          unit: 'MB',
          anchor: ANCHOR.megabytes,
        },
        { what: 'contracts alone, peak resident', measured: of(alone, 'residentMegabytes'), unit: 'MB' },
      ],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
