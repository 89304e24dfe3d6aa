import type { ServiceFactory } from '@backstage/backend-plugin-api';
import { attentionServiceFactory } from './attention/attention-service';
import { auditServiceFactory } from './audit/audit-service';
import { authorizationServiceFactory } from './authorization/authorization-service';
import { clockServiceFactory } from './clock/system-clock';
import { dataDirectoryServiceFactory } from './data-directory/data-directory-service';
import { databaseServiceFactory } from './database/database-service';
import { httpApiFactory, httpServiceFactory } from './http/http-service';
import { rootHttpRouterFactory, webServerFactory } from './http/web-server';
import { mailServiceFactory } from './mail/mail-service';
import { rootLoggerFactory } from './observability/logger';
import { metricsRegistryFactory } from './observability/metrics';
import { probesFactory } from './observability/probes';
import { requestLogFactory } from './observability/request-log';
import { outboxServiceFactories } from './outbox/outbox-service';
import { rateLimitsServiceFactory } from './rate-limits/rate-limits-service';
import { secretsServiceFactory } from './secrets/secrets-service';
import { tasksServiceFactory } from './tasks/tasks-service';

/** The platform services every plugin is given, each replaceable by a factory of the same ref. */
export const platformServiceFactories: readonly ServiceFactory[] = [
  attentionServiceFactory,
  auditServiceFactory,
  authorizationServiceFactory,
  clockServiceFactory,
  dataDirectoryServiceFactory,
  databaseServiceFactory,
  httpApiFactory,
  httpServiceFactory,
  mailServiceFactory,
  metricsRegistryFactory,
  ...outboxServiceFactories,
  probesFactory,
  rateLimitsServiceFactory,
  requestLogFactory,
  rootHttpRouterFactory,
  rootLoggerFactory,
  secretsServiceFactory,
  tasksServiceFactory,
  webServerFactory,
];
