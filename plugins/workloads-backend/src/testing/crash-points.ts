import type { Database, Parameter, Query, Transaction } from '@portico/plugin-kit/backend';
import type { AllocationStatus } from '@portico/plugin-workloads/contract';
import type { FakeRuntime, Moment } from './fake-runtime';

/**
 * Where a backend can die: around every call to the outside world, and on both sides of every commit that changes the state of an allocation. In the order in
 * which a launch and its release come by them.
 */
export type CrashPoint = `runtime ${Moment}` | `${'before' | 'after'} commit of ${AllocationStatus}`;

export const lifeOfAnAllocation: readonly CrashPoint[] = [
  'before commit of requested',
  'after commit of requested',
  'before commit of provisioning',
  'after commit of provisioning',
  'runtime provision:before',
  'runtime provision:after',
  'runtime observe:before',
  'runtime observe:after',
  'before commit of active',
  'after commit of active',
  'before commit of releasing',
  'after commit of releasing',
  'runtime setAuthorizedKeys:before',
  'runtime setAuthorizedKeys:after',
  'runtime release:before',
  'runtime release:after',
  'before commit of released',
  'after commit of released',
];

export const lifeOfAFailure: readonly CrashPoint[] = [
  'runtime release:before',
  'runtime release:after',
  'before commit of failed',
  'after commit of failed',
];

/** From now on the process dies, as by a power cut, the first time it comes by the point. */
export function dieAt(point: CrashPoint, parts: { runtime: FakeRuntime; database: Database }): void {
  const runtimeCall = /^runtime (.+)$/.exec(point)?.[1];
  if (runtimeCall !== undefined) {
    parts.runtime.at(runtimeCall as Moment, die);
    return;
  }
  const [, side, status] = /^(before|after) commit of (.+)$/.exec(point)!;
  const transaction = parts.database.transaction.bind(parts.database);
  parts.database.transaction = async (work, options) => {
    let met = false;
    const result = await transaction(async tx => {
      const watched = watching(tx, (query, parameters) => {
        if (String(query).includes('INSERT INTO workloads_transitions') && parameters[3] === status) met = true;
      });
      const outcome = await work(watched);
      if (met && side === 'before') die();
      return outcome;
    }, options);
    if (met) die();
    return result;
  };
}

function watching(tx: Transaction, look: (query: Query, parameters: readonly Parameter[]) => void): Transaction {
  return new Proxy(tx, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'run') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      return (query: Query, parameters: readonly Parameter[] = []) => {
        look(query, parameters);
        return target.run(query, parameters);
      };
    },
  });
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered at once; nothing may happen in the meantime.
  for (;;);
}
