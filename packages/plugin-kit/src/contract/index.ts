export {
  AUDIT_ACTOR_TYPES,
  auditEntrySchema,
  auditErrors,
  exportAuditLogs,
  exportOwnAuditLogs,
  listAllAuditLogs,
  listAuditLogs,
} from './audit';
export { listMessages, mailAddressSchema } from './mail';
export { operation, streamTypesOf } from './operation';
export type {
  BodyOf,
  BodySentTo,
  OperationShape,
  ParamsOf,
  QueryOf,
  QuerySentTo,
  ReplyOf,
  StatusOf,
  StreamMediaType,
} from './operation';
export { defineContract } from './contract';
export type { PluginContract } from './contract';
export { CodedError, common, commonErrors, defineErrors, errorsOf } from './errors';
export type { ErrorDefinition, ErrorDefinitions } from './errors';
export { newId } from './ids';
export type { IdPrefix } from './ids';
export { toInstant, toInstantOrNull } from './instants';
export {
  fromDecimal,
  fromMoney,
  MICROS_MAX,
  MICROS_PER_UNIT,
  multiplyDivideDown,
  multiplyDivideUp,
  toDecimal,
  toMoney,
} from './money';
export type { Micros, Money } from './money';
export { AUTHENTICATED, definePermissions, PUBLIC } from './permissions';
export type { PermissionDefinitions } from './permissions';
export { platformContract } from './platform';
export {
  activeProjectSchema,
  errorSchema,
  idSchema,
  instantSchema,
  moneySchema,
  nameSchema,
  nullableIdSchema,
  nullableInstantSchema,
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
  pageQueryProperties,
  pageSchema,
} from './schemas';
export { canonicalTags, TAG_GROUP_PATTERN, tagFilterSchema, tagOf, TAGS_MAX, tagsSchema } from './tags';
export type { Tags } from './tags';
