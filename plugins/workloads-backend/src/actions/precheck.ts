import type { Queries, RequestContext } from '@portico/plugin-kit/backend';
import { type LaunchRefusal, launchRefusals, type LaunchRequest, sentenceOf } from '../domain/launch-checks';
import { type FactSources, launchFacts } from './launch-facts';

/** A launch that stops before it changes anything, and tells all that stands in its way instead of the first. */
export async function precheck(
  queries: Queries,
  services: FactSources,
  options: { context: RequestContext; request: LaunchRequest; now: number },
): Promise<readonly (LaunchRefusal & { message: string })[]> {
  const { context, request, now } = options;
  const facts = await launchFacts(queries, services, { caller: context.caller, request, now });
  return launchRefusals(request, facts).map(refusal => ({ ...refusal, message: sentenceOf(refusal.code) }));
}
