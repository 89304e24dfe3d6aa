import { common } from '@portico/plugin-kit/contract';
import type { OperationShape } from '@portico/plugin-kit/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestLog } from '../observability/request-log';
import type { ClientAddresses } from './client-address';
import { codedError, sendError } from './error-replies';
import { ContractBroken, runOperation } from './operation-pipeline';
import type { AnyHandler, PipelineServices, ServedOperation } from './operation-pipeline';
import { parameterNames, PathTree } from './path-template';
import { ClientGone, correlationIdOf } from './request-reading';
import { OperationValidators } from './schema-validation';

const PREFIX = '/api/v1/';
/** Status in logs of a request whose client left before it was answered; nothing is sent. */
const CLIENT_CLOSED_REQUEST = 499;

type Methods = Map<string, ServedOperation>;

export interface ListenerServices {
  readonly addresses: ClientAddresses;
  readonly requestLog: RequestLog;
  readonly stopping: AbortSignal;
}

/** Finds the operation of a request, runs it, answers what it throws, and writes the line in the log. */
export class ApiListener {
  readonly #paths = new PathTree<Methods>();

  constructor(
    private readonly services: PipelineServices,
    private readonly surroundings: ListenerServices,
  ) {}

  add(operation: OperationShape, handler: AnyHandler): void {
    const methods = this.#paths.at(operation.path, () => new Map());
    if (methods.has(operation.method)) throw new Error(`Two operations answer ${operation.method} ${operation.path}.`);
    methods.set(operation.method, {
      operation,
      parameterNames: parameterNames(operation.path),
      validators: new OperationValidators(operation),
      handler,
    });
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const startedAt = performance.now();
    const { clock } = this.services;
    const { addresses, requestLog } = this.surroundings;
    const [path, search = ''] = split(request.url as string);
    const correlationId = correlationIdOf(request, clock.now());
    const address = addresses.of(request);
    response.setHeader('X-Correlation-Id', correlationId);
    response.setHeader('Cache-Control', 'no-store');

    const found = this.#paths.find(path);
    const served = servedBy(found?.value, request.method ?? '');
    const left = new AbortController();
    response.once('close', () => {
      const status = response.writableFinished || response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST;
      if (!response.writableFinished) left.abort(new ClientGone());
      requestLog.finished({
        correlationId,
        operationId: served?.operation.id ?? null,
        method: request.method ?? '',
        path: PREFIX + path,
        status,
        seconds: (performance.now() - startedAt) / 1000,
        address,
      });
    });

    const work = served
      ? runOperation(
          served,
          {
            request,
            response,
            search,
            path,
            parameters: found?.parameters ?? [],
            correlationId,
            address,
            signal: this.#signal(served, left.signal),
          },
          this.services,
        )
      : this.#refuse(found?.value, request, response);
    work.catch((error: unknown) => this.#answer(error, { served, request, response, correlationId }));
  }

  /** Streams end when the portal stops; other requests are given the time that draining takes. */
  #signal(served: ServedOperation, left: AbortSignal): AbortSignal {
    return served.operation.streams ? AbortSignal.any([left, this.surroundings.stopping]) : left;
  }

  async #refuse(methods: Methods | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!methods) throw common.fail('not_found');
    response.setHeader('Allow', [...methods.keys()].join(', '));
    throw common.fail('method_not_allowed', { details: { method: request.method, allowed: [...methods.keys()] } });
  }

  #answer(
    thrown: unknown,
    at: {
      served: ServedOperation | undefined;
      request: IncomingMessage;
      response: ServerResponse;
      correlationId: string;
    },
  ): void {
    const { response, correlationId } = at;
    if (thrown instanceof ClientGone || response.destroyed) return;
    const error = codedError(thrown);
    if (error.status >= 500) {
      const meta = {
        correlation_id: correlationId,
        operation_id: at.served?.operation.id ?? null,
        code: error.code,
        error: stackOf(thrown),
      };
      this.services.logger.error(
        thrown instanceof ContractBroken ? `CONTRACT BROKEN: ${thrown.message}` : 'a request failed',
        meta,
      );
    }
    sendError(response, error, correlationId);
  }
}

/** HEAD is GET without the body; for a stream there would be nothing to leave out but the end. */
function servedBy(methods: Methods | undefined, method: string): ServedOperation | undefined {
  if (method !== 'HEAD') return methods?.get(method);
  const read = methods?.get('GET');
  return read?.operation.streams ? undefined : read;
}

function split(url: string): [path: string, search?: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url.slice(PREFIX.length)] : [url.slice(PREFIX.length, at), url.slice(at + 1)];
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
