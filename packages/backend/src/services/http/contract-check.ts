import { AUTHENTICATED, commonErrors, PUBLIC } from '@portico/plugin-kit/contract';
import type { OperationShape } from '@portico/plugin-kit/contract';
import type { ContractList } from './contract-list';
import { parameterNames } from './path-template';

/**
 * What is wrong with a list of contracts taken together, in sentences; empty when nothing is. Single operations are held by the compiler and by
 * the contract sweep; here is what only shows when all plugins meet.
 */
export function contractProblems({ contracts, complete }: ContractList): string[] {
  const problems: string[] = [];
  const ids = new Set<string>();
  const places = new Set<string>();
  const codes = new Map<string, string>(Object.keys(commonErrors).map(code => [code, 'the platform']));
  const permissions = new Set<string>([PUBLIC, AUTHENTICATED]);

  for (const contract of contracts) {
    for (const permission of Object.keys(contract.permissions)) {
      if (permissions.has(permission))
        problems.push(`The permission ${permission} is defined twice, the second time by ${contract.plugin}.`);
      permissions.add(permission);
    }
    for (const code of Object.keys(contract.errors)) {
      const owner = codes.get(code);
      if (owner)
        problems.push(
          `The error code ${code} is defined by ${owner} and again by ${contract.plugin}; codes are never reused.`,
        );
      codes.set(code, contract.plugin);
    }
  }

  for (const contract of contracts) {
    for (const [event, permission] of Object.entries(contract.personalEvents ?? {})) {
      if (!Object.hasOwn(contract.events, event))
        problems.push(`${event} is personal and no event of ${contract.plugin}.`);
      if (complete && permission !== null && !permissions.has(permission))
        problems.push(`${event} is told by the permission ${permission}, which nobody defines.`);
    }
    for (const operation of Object.values(contract.operations)) {
      const place = `${operation.method} ${operation.path.replaceAll(/\{[^}]+\}/g, '{}')}`;
      if (ids.has(operation.id)) problems.push(`Two operations are called ${operation.id}.`);
      if (places.has(place)) problems.push(`Two operations answer ${operation.method} ${operation.path}.`);
      ids.add(operation.id);
      places.add(place);
      problems.push(...parameterProblems(operation), ...activeProjectProblems(operation));
      if (!complete) continue;
      if (!permissions.has(operation.permission))
        problems.push(`${operation.id} asks for ${operation.permission}, which no plugin defines.`);
      for (const code of operation.errors) {
        if (!codes.has(code)) problems.push(`${operation.id} lists the error code ${code}, which no plugin defines.`);
      }
    }
  }
  return problems;
}

function parameterProblems(operation: OperationShape): string[] {
  const named = parameterNames(operation.path).sort();
  const described = Object.keys((operation.params as { properties?: object } | undefined)?.properties ?? {}).sort();
  if (named.join() === described.join()) return [];
  return [`The path of ${operation.id} names {${named.join(', ')}}, its params schema {${described.join(', ')}}.`];
}

/** A stream is fetched by the browser itself, without headers; without a word for it in the query it would be of whatever project is the default. */
function activeProjectProblems({ id, permission, query, streams, activeProjectIn }: OperationShape): string[] {
  const known = Object.keys((query as { properties?: object } | undefined)?.properties ?? {});
  if (activeProjectIn !== undefined && !known.includes(activeProjectIn))
    return [`${id} takes the active project from ${activeProjectIn}, which its query does not know.`];
  if (streams !== undefined && permission !== PUBLIC && activeProjectIn === undefined)
    return [`${id} streams and does not say where in the query the active project is named (activeProjectIn).`];
  return [];
}
