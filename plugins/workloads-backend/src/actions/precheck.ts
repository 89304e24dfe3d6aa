import type { Queries, RequestContext } from '@portico/plugin-kit/backend';
import {
  type LaunchRefusal,
  launchRefusals,
  type LaunchRequest,
  limitObjections,
  sentenceOf,
} from '../domain/launch-checks';
import type { PolicyObjection } from '../domain/launch-policies';
import { type FactSources, launchFacts, launchUsage } from './launch-facts';

export interface Prechecked {
  readonly failures: readonly (LaunchRefusal & { message: string })[];
  readonly warnings: readonly PolicyObjection[];
}

/** A launch that stops before it changes anything, and tells all that stands in its way instead of the first. */
export async function precheck(
  queries: Queries,
  services: FactSources,
  options: { context: RequestContext; request: LaunchRequest; now: number },
): Promise<Prechecked> {
  const { context, request, now } = options;
  const facts = await launchFacts(queries, services, { caller: context.caller, request, now });
  const used = await launchUsage(queries, services, { caller: context.caller, request, facts, isHeld: false, now });
  const { refusals, warnings } = limitObjections(request, facts, used);
  const failures = [...launchRefusals(request, facts), ...refusals];
  return { failures: failures.map(refusal => ({ ...refusal, message: sentenceOf(refusal.code) })), warnings };
}
