export { openDatabase } from './database/open-database';
export type { DatabaseLocation, OpenDatabase } from './database/open-database';
