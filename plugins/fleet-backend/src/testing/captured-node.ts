import { RuntimeError } from '@portico/plugin-fleet/port';
import type { NodeConnection } from '../ssh/node-connection';
import { queryGpu } from '../slot-maps/fixtures/nvidia-smi';
import { readCaptured, readTree } from './captured-host';

const BUSES = ['1B', '43', '52', '61', '9D', 'C3', 'D1', 'DF'].map(bus => `00000000:${bus}:00.0`);

/** Laying out a tree takes half a second, and most nodes of a test are alike. */
const readings = new Map<string, Promise<string>>();

function readOnce(tree: string, more: { csv: string; list: string | undefined }): Promise<string> {
  const key = JSON.stringify([tree, more]);
  const reading = readings.get(key) ?? readCaptured(tree, more);
  readings.set(key, reading);
  return reading;
}

/** A node that is a captured tree: what is asked of it runs over the tree, which a test may take things out of. */
export class CapturedNode {
  csv = queryGpu('NVIDIA H200', 143_771, BUSES);
  list: string | undefined;
  /** Lines of the tree that contain one of these are not there. */
  readonly gone = new Set<string>();
  /** What stands in a line in place of something else. */
  readonly instead = new Map<string, string>();
  silent = false;
  cutShort = false;
  readings = 0;

  readonly connection: NodeConnection = {
    run: async () => {
      if (this.silent) throw new RuntimeError('node_unreachable', 'The node does not answer.');
      this.readings += 1;
      const lines = (await readTree('dgx-sriov.tree'))
        .split('\n')
        .filter(line => ![...this.gone].some(part => line.includes(part)));
      const tree = [...this.instead].reduce((text, [from, to]) => text.replaceAll(from, to), lines.join('\n'));
      const stdout = await readOnce(tree, { csv: this.csv, list: this.list });
      return { status: 0, stdout: this.cutShort ? stdout.slice(0, 400) : stdout, stderr: '' };
    },
    stream: unused,
    forward: unused,
  };

  withoutGpu(index: number): void {
    this.csv = this.csv
      .split('\n')
      .filter(line => !line.startsWith(`${index},`))
      .join('\n');
  }
}

function unused(): Promise<never> {
  throw new Error('discovery runs scripts alone');
}
