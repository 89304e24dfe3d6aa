/** What each role in a project is for, to people who choose one. */
export const projectRoleWords = {
  viewer: { title: 'Viewer', description: 'Sees workloads, usage and balance; changes nothing.' },
  member: { title: 'Member', description: 'Launches, operates and releases workloads.' },
  billing: { title: 'Billing', description: 'Sees what things cost, down to the ledger; no workloads.' },
  security: { title: 'Security', description: 'Reads the audit log and sets policies; runs nothing.' },
  admin: { title: 'Admin', description: 'All of these, and the service accounts of the project.' },
} as const;

export type ProjectRole = keyof typeof projectRoleWords;
export const projectRoleNames = ['viewer', 'member', 'billing', 'security', 'admin'] as const;
