/** The backend's own operations, served like any plugin's. */
import { createBackendPlugin } from '@backstage/backend-plugin-api';
import {
  actorNamesRef,
  authenticationRef,
  clockRef,
  databaseRef,
  httpApiRef,
  mailRef,
  metricsRegistryRef,
  pageByTime,
  projectInReach,
  secretsRef,
  settingsRef,
  tasksRef,
} from '@portico/plugin-kit/backend';
import type { Queries, UserCaller } from '@portico/plugin-kit/backend';
import { auditErrors, errorsOf, PAGE_LIMIT_DEFAULT, platformContract, toInstant } from '@portico/plugin-kit/contract';
import { listAttention } from '../attention/attention-service';
import { auditCsv, auditJsonLines, auditPage, auditPart } from '../audit/audit-reading';
import type { AuditFilter } from '../audit/audit-reading';
import { contractListRef, personalEventsOf } from '../http/contract-list';
import { messagesReply } from '../mail/mail-reading';
import { registerPlatformGauges } from '../observability/platform-gauges';
import { assembleOpenApi } from '../openapi/assemble';
import { eventFeedRef } from '../outbox/outbox-service';
import { appSettings } from '../settings/platform-sections';
import { EventStreams } from './event-stream';

const auditFailures = errorsOf(auditErrors);

export const platformPlugin = createBackendPlugin({
  pluginId: 'platform',
  register(env) {
    env.registerInit({
      deps: {
        http: httpApiRef,
        list: contractListRef,
        settings: settingsRef,
        authentication: authenticationRef,
        database: databaseRef,
        clock: clockRef,
        feed: eventFeedRef,
        metrics: metricsRegistryRef,
        // Named so that its tables are there before the gauges ask.
        tasks: tasksRef,
        names: actorNamesRef,
        secrets: secretsRef,
        // Named so that mail is delivered even where no plugin sends any, and its table is there.
        mail: mailRef,
      },
      async init({ http, list, settings, authentication, database, clock, feed, metrics, names, secrets }) {
        registerPlatformGauges(metrics, database);
        const streams = new EventStreams({
          feed,
          authentication,
          clock,
          personalEvents: personalEventsOf(list.contracts),
        });
        let document: Record<string, unknown> | undefined;
        const auditReply = async (filter: AuditFilter, page: { cursor?: string; limit?: number }) => {
          const limit = page.limit ?? PAGE_LIMIT_DEFAULT;
          const { items, nextCursor } = await auditPage(database.read, filter, {
            limit,
            cursor: page.cursor,
            names,
          });
          return { items, next_cursor: nextCursor };
        };
        http.serve(platformContract, {
          getOpenApi: async () => ({
            status: 200,
            body: (document ??= assembleOpenApi(list.contracts, settings.of(appSettings).title)),
          }),
          streamEvents: async ({ caller, headers, signal }) => ({
            status: 200,
            stream: streams.stream({ caller, lastEventId: [headers['last-event-id']].flat()[0], signal }),
          }),
          listAuditLogs: async ({ caller, query: { cursor, limit, ...filter } }) => ({
            status: 200,
            body: await auditReply(ownAudit(caller, filter), { cursor, limit }),
          }),
          exportOwnAuditLogs: async ({ caller, query: { format, active_project_id: _, ...filter }, signal }) => {
            const own = ownAudit(caller, filter);
            return format === 'jsonl'
              ? {
                  status: 200,
                  stream: auditPart(database.read, own, { names, signal }),
                  mediaType: 'application/jsonl',
                  headers: { 'content-disposition': 'attachment; filename="audit.jsonl"' },
                }
              : {
                  status: 200,
                  stream: auditCsv(database.read, own, { names, signal }),
                  headers: { 'content-disposition': 'attachment; filename="audit.csv"' },
                };
          },
          listAllAuditLogs: async ({ query: { cursor, limit, ...filter } }) => ({
            status: 200,
            body: await auditReply(filter, { cursor, limit }),
          }),
          exportAuditLogs: async ({ query: { format, active_project_id: _, ...filter }, signal }) => {
            if (format === 'csv') {
              return {
                status: 200,
                stream: auditCsv(database.read, filter, { names, signal }),
                mediaType: 'text/csv',
                headers: { 'content-disposition': 'attachment; filename="audit.csv"' },
              };
            }
            if (Object.keys(filter).length > 0) throw auditFailures.fail('audit_export_not_narrowable');
            return {
              status: 200,
              stream: auditJsonLines(database.read, signal),
              headers: { 'content-disposition': 'attachment; filename="audit.jsonl"' },
            };
          },
          listMessages: async ({ query }) => ({
            status: 200,
            body: await messagesReply(database.read, secrets, query),
          }),
          listAttention: async ({ query }) => ({ status: 200, body: await attentionPage(database.read, query) }),
        });
      },
    });
  },
});

/** Of the caller's organization, and of the one project where they may read it in one alone. */
function ownAudit(caller: UserCaller, filter: AuditFilter): AuditFilter {
  const projectId = projectInReach(caller, filter.project_id);
  return {
    ...filter,
    organization_id: caller.organizationId,
    ...(projectId === undefined ? {} : { project_id: projectId }),
  };
}

async function attentionPage(queries: Queries, query: { limit?: number; cursor?: string }) {
  const { shown, nextCursor } = await pageByTime(query, {
    name: 'attention',
    rows: page => listAttention(queries, page),
    placeOf: item => ({ at: item.raisedAt, id: item.attentionId }),
  });
  return {
    items: shown.map(item => ({
      attention_id: item.attentionId,
      kind: item.kind,
      resource: item.resource,
      organization_id: item.organizationId,
      message: item.message,
      raised_at: toInstant(item.raisedAt),
    })),
    next_cursor: nextCursor,
  };
}
