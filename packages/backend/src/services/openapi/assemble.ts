import type { PluginContract } from '@portico/plugin-kit/contract';

export function assembleOpenApi(contracts: readonly PluginContract[]): Record<string, unknown> {
  return { openapi: '3.1.0', paths: Object.fromEntries(contracts.map(contract => [contract.plugin, {}])) };
}
