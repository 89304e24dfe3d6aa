/** What is said about every request of the API: one line in the log, one observation in the histogram. */
import { coreServices, createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { metricsRegistryRef } from '@portico/plugin-kit/backend';
import { Histogram } from 'prom-client';

export interface FinishedRequest {
  readonly correlationId: string;
  /** Null where no operation answers to the path and method. */
  readonly operationId: string | null;
  readonly method: string;
  /** Without the query, which may hold what people typed. */
  readonly path: string;
  readonly status: number;
  readonly seconds: number;
  readonly address: string;
}

export interface RequestLog {
  finished(request: FinishedRequest): void;
}

export const requestLogRef = createServiceRef<RequestLog>({ id: 'portico.request-log', scope: 'root' });

/** Seconds. A list is a millisecond or two, a launch is promised within 100 ms, a stream lasts as long as it lasts. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const requestLogFactory = createServiceFactory({
  service: requestLogRef,
  deps: { logger: coreServices.rootLogger, registry: metricsRegistryRef },
  factory({ logger, registry }): RequestLog {
    const duration = new Histogram({
      name: 'portico_http_request_duration_seconds',
      help: 'Time from the arrival of a request until its reply was handed over or the client left.',
      labelNames: ['operation', 'status'],
      buckets: BUCKETS,
      registers: [registry],
    });
    return {
      finished({ correlationId, operationId, method, path, status, seconds, address }) {
        duration.observe({ operation: operationId ?? 'none', status }, seconds);
        logger.info(`${method} ${path} ${status}`, {
          correlation_id: correlationId,
          operation_id: operationId,
          status,
          duration_ms: Math.round(seconds * 10_000) / 10,
          address,
        });
      },
    };
  },
});
