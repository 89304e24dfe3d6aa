export { attentionRef } from './attention';
export type { Attention } from './attention';
export { actorNamesRef, auditRef } from './audit';
export type { ActorNames, Audit, AuditedResource, AuditEntry, FieldClass } from './audit';
export { authenticationRef, authorizationRef, callerWithin, isInReach, projectInReach } from './caller';
export type {
  Actor,
  AnonymousCaller,
  Authentication,
  Authorization,
  Caller,
  PersonalActor,
  RequestContext,
  UserCaller,
} from './caller';
export { clockRef } from './clock';
export type { Clock } from './clock';
export { cutPage, decodeCursor, encodeCursor, pageByTime } from './cursor';
export type { Place } from './cursor';
export { databaseRef, isUniqueViolation, placeholders } from './database';
export type {
  Database,
  Dialect,
  Migration,
  Parameter,
  Queries,
  Query,
  Transaction,
  TransactionOptions,
} from './database';
export { httpApiRef } from './http';
export type {
  ApiReply,
  ApiRequest,
  Handler,
  Handlers,
  HttpApi,
  ReplyHeaders,
  SocketConnection,
  SocketOptions,
} from './http';
export { inParallel } from './in-parallel';
export { mailRef } from './mail';
export type { Mail, MailMessage } from './mail';
export { networkOf } from './network-of';
export { outboxRef } from './outbox';
export type { DomainEvent, Outbox } from './outbox';
export { defineSettings, metricsRegistryRef, rateLimitsRef, secretsRef, settingsRef } from './platform';
export type { RateLimits, Secrets, Settings, SettingsOf, SettingsSection } from './platform';
export { repeat } from './repeat';
export { containsPattern, searchText } from './search-text';
export { PermanentStepError, tasksRef } from './tasks';
export type {
  NewTask,
  StepContext,
  StepStatus,
  TaskDefinition,
  TaskError,
  TaskEvent,
  TaskRecord,
  Tasks,
  TaskStatus,
  TaskStep,
} from './tasks';
export { WakeableLoop } from './wakeable-loop';
