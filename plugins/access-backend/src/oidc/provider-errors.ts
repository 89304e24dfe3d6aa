import { ClientError, ResponseBodyError } from 'openid-client';
import { common } from '@portico/plugin-kit/contract';
import type { CodedError } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';

/** The provider, or the way to it, did not work: of timeouts and answers that are no answers of the protocol. */
const NOT_REACHED: ReadonlySet<unknown> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_PARSE_ERROR',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);
/** The provider knows the protocol and refuses what the browser brought. Every other code is about the portal's registration there. */
const REFUSED_ANSWERS: ReadonlySet<string> = new Set(['invalid_grant', 'access_denied']);

/** What a sign-in is answered when the talk with its provider fails: try again later, or begin again. */
export function providerError(error: unknown): CodedError {
  const cause = { cause: error };
  return isUnavailable(error) ? common.fail('service_unavailable', cause) : access.fail('oidc_answer_invalid', cause);
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof ResponseBodyError) return !REFUSED_ANSWERS.has(error.error);
  if (!(error instanceof ClientError)) return isNoConnection(error);
  return error.code === undefined ? isNoConnection(error.cause) : NOT_REACHED.has(error.code);
}

/** What `fetch` throws when there is no connection; wrong arguments have a code. By name, because it may be of another realm. */
function isNoConnection(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return name === 'TypeError' && code === undefined;
}
