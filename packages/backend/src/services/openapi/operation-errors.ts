import { AUTHENTICATED, PUBLIC } from '@portico/plugin-kit/contract';
import type { OperationShape } from '@portico/plugin-kit/contract';

/** Every code an operation may answer: its own, and those that follow from what it is. */
export function operationErrorCodes(operation: OperationShape): readonly string[] {
  const changes = operation.method !== 'GET';
  const codes = [
    'request_malformed',
    'authentication_required',
    ...(changes && operation.permission !== PUBLIC ? ['csrf_token_invalid'] : []),
    ...(operation.permission === PUBLIC || operation.permission === AUTHENTICATED
      ? []
      : ['permission_denied', 'second_factor_required', 'auth_enterprise_required']),
    ...(operation.proof === 'session' || operation.proof === 'fresh' ? ['session_required'] : []),
    ...(operation.proof === 'fresh' || operation.proof === 'fresh_or_key' ? ['step_up_required'] : []),
    // A project that is not the caller's may be named wherever one has to be signed in.
    ...(operation.params === undefined && operation.permission === PUBLIC ? [] : ['not_found']),
    ...(operation.body === undefined ? [] : ['body_too_large', 'media_type_unsupported']),
    ...(operation.idempotency === 'required' ? ['idempotency_key_required'] : []),
    ...(operation.idempotency ? ['idempotency_key_invalid', 'idempotency_in_progress', 'idempotency_key_reused'] : []),
    ...operation.errors,
    'rate_limited',
    'internal_error',
    'service_unavailable',
    ...(changes ? ['storage_full'] : []),
  ];
  return [...new Set(codes)];
}
