import { whyNoRealNodes } from './requirements';

/** Says so once per file: a suite that quietly does not run looks like one that holds. */
export function describeWithRealNodes(name: string, tests: () => void): void {
  const reason = whyNoRealNodes();
  if (reason === null) return describe(name, tests);
  process.stderr.write(`\nNot run: ${name}. ${reason}\n`);
  const notRun = describe.skip;
  notRun(name, tests);
}
