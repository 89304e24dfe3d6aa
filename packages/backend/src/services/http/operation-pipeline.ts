import type { LoggerService } from '@backstage/backend-plugin-api';
import { callerWithin, networkOf } from '@portico/plugin-kit/backend';
import type {
  ApiReply,
  ApiRequest,
  Audit,
  Authentication,
  Authorization,
  Caller,
  Clock,
  Database,
  RateLimits,
  UserCaller,
} from '@portico/plugin-kit/backend';
import { AUTHENTICATED, CodedError, common, commonErrors, PUBLIC, streamTypesOf } from '@portico/plugin-kit/contract';
import type { OperationShape } from '@portico/plugin-kit/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { actorOf } from './actor-of';
import { recordDenial } from './denials';
import type { SignInDemand } from './denials';
import type { IdempotencyKeys, KeyedRequest, StoredReply } from './idempotency-keys';
import { sendJson, sendStream, setHeaders } from './reply-writing';
import {
  ANONYMOUS_BODY_BYTES_MAX,
  BODY_BYTES_MAX,
  idempotencyKeyOf,
  paramsOf,
  queryOf,
  readJsonBody,
  SIGNED_BODY_BYTES_MAX,
} from './request-reading';
import type { OperationValidators } from './schema-validation';

export type AnyRequest = ApiRequest<OperationShape>;
export type AnyHandler = (request: AnyRequest) => Promise<ApiReply<OperationShape>>;

export interface ServedOperation {
  readonly operation: OperationShape;
  readonly parameterNames: readonly string[];
  readonly validators: OperationValidators;
  readonly handler: AnyHandler;
}

export interface PipelineServices {
  readonly audit: Audit;
  readonly authentication: Authentication;
  readonly authorization: Authorization;
  readonly rateLimits: RateLimits;
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: IdempotencyKeys;
  readonly logger: LoggerService;
  /** Tests hold replies against the contract; production trusts them. */
  readonly checkReplies: boolean;
}

/** One request on its way: what the server knows of it before the operation does. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly search: string;
  readonly path: string;
  readonly parameters: readonly string[];
  readonly correlationId: string;
  readonly address: string;
  readonly signal: AbortSignal;
}

/** Authenticate, validate, permission, idempotency key, rate limit, handler: in this order, always. */
export async function runOperation(
  served: ServedOperation,
  exchange: Exchange,
  services: PipelineServices,
): Promise<void> {
  const { operation, validators } = served;
  const asking = await callerOf(exchange, operation, services.authentication);
  if (operation.permission !== PUBLIC && asking.kind === 'anonymous') throw common.fail('authentication_required');

  const params = validators.params(paramsOf(served.parameterNames, exchange.parameters));
  const query = validators.query(queryOf(exchange.search));
  const read = await readJsonBody(exchange.request, bodyBytesMax(operation, asking));
  const key = operation.idempotency && idempotencyKeyOf(exchange.request);
  const body = validators.body(read.value, read.bytes.length);
  const caller = await admitted(asking, operation, exchange, services);
  if (operation.idempotency === 'required' && key === undefined) throw common.fail('idempotency_key_required');

  const keyed =
    key === undefined
      ? undefined
      : keyedRequest({ operation, exchange, caller, key, query, body, keys: services.keys });
  const stored = keyed && (await services.keys.stored(keyed, services.clock.now()));
  if (stored) {
    send(served, exchange, { reply: stored, replayed: true });
    return;
  }
  await services.rateLimits.consume(operation.rateLimit ?? 'api', limitKey(caller, operation, exchange));

  const writing = new Writing(keyed, services);
  const reply = await handled(served, services, {
    params,
    query,
    body,
    rawBody: operation.rawBody ? read.bytes : undefined,
    caller,
    actor: actorOf(caller, exchange.address),
    correlationId: exchange.correlationId,
    address: exchange.address,
    headers: exchange.request.headers,
    signal: exchange.signal,
    write: work => writing.run(work),
  } as AnyRequest);

  if ('stream' in reply) {
    const promised = streamTypesOf(operation);
    const mediaType = reply.mediaType ?? promised[0];
    if (mediaType === undefined || !promised.includes(mediaType))
      throw new Error(`${operation.id} answered with a stream (${mediaType}), which its contract does not say`);
    setHeaders(exchange.response, reply.headers);
    await sendStream(exchange.response, { status: reply.status, mediaType, stream: reply.stream });
    return;
  }
  if (services.checkReplies) {
    const problems = [...validators.replyProblems(reply.status, reply.body), ...writing.problems(reply)];
    if (problems.length > 0) throw new ContractBroken(operation, problems);
  }
  send(served, exchange, { reply: reply as StoredReply, replayed: writing.replayed });
}

function bodyBytesMax(operation: OperationShape, asking: Caller): number {
  if (operation.rawBody) return SIGNED_BODY_BYTES_MAX;
  return asking.kind === 'anonymous' ? ANONYMOUS_BODY_BYTES_MAX : BODY_BYTES_MAX;
}

/**
 * The common allowance is each API key's own: a program gone wrong does not lock its owner out. The limits with a name are about what is done and not by
 * what, so more keys are no way around them.
 */
function limitKey(caller: Caller, operation: OperationShape, { address }: Exchange): string {
  if (caller.kind === 'anonymous') return `address:${networkOf(address)}`;
  return caller.apiKey && operation.rateLimit === undefined ? `key:${caller.apiKey.keyId}` : `user:${caller.userId}`;
}

/**
 * Who may do it, as far as the operation decides: the caller, narrowed to where the permission is held. What the organization or the operation asks of the
 * sign-in comes after the permission, so nobody proves anything for what they may not do anyway.
 */
async function admitted(
  caller: Caller,
  operation: OperationShape,
  exchange: Exchange,
  services: PipelineServices,
): Promise<Caller> {
  const { permission } = operation;
  if (caller.kind === 'anonymous' || permission === PUBLIC) return caller;
  const isOwnAccount = permission === AUTHENTICATED;
  if (!isOwnAccount && !services.authorization.allows(caller, permission)) {
    await noteDenial({ caller, operation }, exchange, services);
    services.authorization.require(caller, permission);
  }
  const demand = demandOn(caller, operation, services.clock.now());
  if (demand !== null) {
    await noteDenial({ caller, operation, demand }, exchange, services);
    throw common.fail(demand);
  }
  return isOwnAccount ? caller : callerWithin(caller, permission);
}

/** What this sign-in lacks for the operation. */
function demandOn(caller: UserCaller, { permission, proof }: OperationShape, now: number): SignInDemand | null {
  if (permission !== AUTHENTICATED && caller.restriction !== null) return caller.restriction;
  const isKey = caller.sessionId === null || caller.apiKey !== undefined || caller.isServiceAccount;
  if (isKey && (proof === 'session' || proof === 'fresh')) return 'session_required';
  const asksForFreshness = proof === 'fresh' || (proof === 'fresh_or_key' && !isKey);
  return asksForFreshness && (caller.freshUntil ?? 0) <= now ? 'step_up_required' : null;
}

/** A denial is audited, and counted against the limit first, so that the log cannot be filled by asking. */
async function noteDenial(
  denial: { caller: UserCaller; operation: OperationShape; demand?: SignInDemand },
  exchange: Exchange,
  services: PipelineServices,
): Promise<void> {
  const { operation, ...rest } = denial;
  const { id: operationId, permission } = operation;
  const { address, correlationId } = exchange;
  await services.rateLimits.consume('api', limitKey(rest.caller, operation, exchange));
  await recordDenial(services, { ...rest, operationId, permission, correlationId, address });
}

/** Thrown in tests only, when a handler answers with something its contract does not promise. */
export class ContractBroken extends Error {
  constructor(operation: OperationShape, problems: readonly string[]) {
    super(`${operation.id} broke its contract: ${problems.join('; ')}`);
    this.name = 'ContractBroken';
  }
}

/** A public operation is not refused for a cookie that has run out: nobody could sign in again. A bearer token was sent on purpose. */
async function callerOf(
  { request, search }: Exchange,
  operation: OperationShape,
  authentication: Authentication,
): Promise<Caller> {
  try {
    return await authentication.authenticate(request, activeProjectOf(request, search, operation));
  } catch (error) {
    const byCookie = request.headers.authorization === undefined;
    const stale =
      error instanceof CodedError && (error.code === 'authentication_required' || error.code === 'csrf_token_invalid');
    if (operation.permission === PUBLIC && byCookie && stale) return { kind: 'anonymous' };
    throw error;
  }
}

/** A header beats the query. Read before anything is validated, since it decides who the caller is: what is no project is not there. */
function activeProjectOf(
  { headers }: IncomingMessage,
  search: string,
  { activeProjectIn }: OperationShape,
): string | null {
  const header = headers['x-project-id'];
  if (typeof header === 'string') return header;
  return activeProjectIn === undefined ? null : new URLSearchParams(search).get(activeProjectIn);
}

function keyedRequest(options: {
  operation: OperationShape;
  exchange: Exchange;
  caller: Caller;
  key: string;
  query: unknown;
  body: unknown;
  keys: IdempotencyKeys;
}): KeyedRequest {
  const { operation, exchange, caller, key, query, body, keys } = options;
  return {
    // What a person was answered is not told to a key of theirs that sends the same: it may not have been allowed to ask.
    scope: caller.kind === 'user' ? (caller.apiKey?.keyId ?? caller.userId) : `${exchange.address} ${operation.id}`,
    key,
    fingerprint: keys.fingerprint({
      method: operation.method,
      path: exchange.path,
      query,
      body,
      projectId: caller.kind === 'user' ? caller.projectId : null,
    }),
    secretReply: operation.secretReply === true,
  };
}

async function handled(
  served: ServedOperation,
  services: PipelineServices,
  request: AnyRequest,
): Promise<ApiReply<OperationShape>> {
  try {
    return await served.handler(request);
  } catch (error) {
    if (
      services.checkReplies &&
      error instanceof CodedError &&
      !(error.code in commonErrors) &&
      !served.operation.errors.includes(error.code)
    ) {
      throw new ContractBroken(served.operation, [`the error code ${error.code} is not among its errors`]);
    }
    // 403 says that it is about who asks, and not about what is asked for: whoever tries a role beyond their own is to be seen, too.
    const { caller, correlationId, address } = request;
    if (error instanceof CodedError && error.status === 403 && caller.kind === 'user') {
      const { id: operationId, permission } = served.operation;
      const lacking = error.code === 'permission_denied' ? error.details['permission'] : undefined;
      const why = typeof lacking === 'string' ? { permission: lacking } : { permission, refusal: error.code };
      await recordDenial(services, { caller, operationId, ...why, correlationId, address });
    }
    throw error;
  }
}

function send(served: ServedOperation, exchange: Exchange, outcome: { reply: StoredReply; replayed: boolean }): void {
  setHeaders(exchange.response, outcome.reply.headers);
  if (outcome.replayed) exchange.response.setHeader('Idempotency-Replayed', 'true');
  sendJson(exchange.response, outcome.reply.status, outcome.reply.body);
}

/** The `write` of one request. */
class Writing {
  replayed = false;
  #written: StoredReply | undefined;

  constructor(
    private readonly keyed: KeyedRequest | undefined,
    private readonly services: PipelineServices,
  ) {}

  async run(work: Parameters<AnyRequest['write']>[0]): Promise<ApiReply<OperationShape>> {
    if (this.#written) throw new Error('request.write was called twice; a mutating operation has one transaction');
    const storable = async (tx: Parameters<typeof work>[0]) => {
      const reply = await work(tx);
      if ('stream' in reply)
        throw new Error('request.write cannot answer with a stream; a reply that is kept must be JSON');
      return reply as StoredReply;
    };
    if (this.keyed) {
      const { reply, replayed } = await this.services.keys.once(this.keyed, storable);
      this.replayed = replayed;
      this.#written = reply;
    } else {
      this.#written = await this.services.database.transaction(storable);
    }
    return this.#written as ApiReply<OperationShape>;
  }

  /** A repeated key is answered from the store without the handler, so what `write` returned must be the whole answer. */
  problems(reply: ApiReply<OperationShape>): string[] {
    if (!this.keyed) return [];
    if (!this.#written) return ['an Idempotency-Key was sent but the handler never called request.write'];
    return this.#written === reply ? [] : ['the handler changed the reply after request.write had stored it'];
  }
}
