export { systemClock } from './clock/system-clock';
export { openDatabase } from './database/open-database';
export type { DatabaseLocation, OpenDatabase } from './database/open-database';
export { platformSections } from './settings/platform-sections';
export { readSettings } from './settings/read-settings';
