export { clockServiceFactory, systemClock } from './clock/system-clock';
export { dataDirectoryRef, dataDirectoryServiceFactory } from './data-directory/data-directory-service';
export { DataDirectoryError, openDataDirectory } from './data-directory/data-directory';
export type { DataDirectory } from './data-directory/data-directory';
export { databaseServiceFactory, SQLITE_FILE } from './database/database-service';
export { openDatabase } from './database/open-database';
export type { DatabaseLocation, OpenDatabase } from './database/open-database';
export { secretsServiceFactory } from './secrets/secrets-service';
export { createSecretBox } from './secrets/secret-box';
export {
  appSettings,
  databaseSettings,
  logSettings,
  platformSections,
  rateLimitSettings,
  secretsSettings,
  serverSettings,
} from './settings/platform-sections';
export { readSettings, SettingsError } from './settings/read-settings';
export type { SettingsSource } from './settings/read-settings';
export { settingsServiceFactory } from './settings/settings-service';
export { attentionServiceFactory, listAttention } from './attention/attention-service';
export type { AttentionItem } from './attention/attention-service';
export { auditServiceFactory } from './audit/audit-service';
export { eventFeedRef, outboxServiceFactories } from './outbox/outbox-service';
export type { EventFeed, FeedItem, Subscription } from './outbox/event-feed';
export { tasksServiceFactory } from './tasks/tasks-service';
