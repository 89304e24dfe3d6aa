/** Where a ticket is handed in. The only path of a published port that is not the workload's own. */
export const ENTER_PATH = '/.portico/enter';
