import type { Actor, Caller, UserCaller } from '@portico/plugin-kit/backend';

/** Who a deed of this caller is laid to. Nobody in particular who is not signed in acts through a part of the system. */
export function actorOf(caller: Caller, address: string): Actor {
  return caller.kind === 'anonymous' ? { type: 'system', id: 'anonymous' } : personalActor(caller, address);
}

function personalActor(caller: UserCaller, address: string): Actor {
  const { userId: id, sessionId, apiKey, support, organizationId } = caller;
  const person = { id, sessionId, address };
  if (caller.isServiceAccount) return { type: 'service_account', ...person, keyId: apiKey?.keyId ?? null };
  if (apiKey) return { type: 'api_key', ...person, keyId: apiKey.keyId };
  if (support) return { type: 'support', ...person, supportSessionId: support.supportSessionId, organizationId };
  return { type: 'user', ...person };
}
