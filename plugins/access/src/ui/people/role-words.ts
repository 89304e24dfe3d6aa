import type { Tone } from '@portico/ui';

/** Where a role is held: in the whole organization, or in one project of it. */
export type HeldIn = 'organization' | 'project';

interface RoleWords {
  readonly name: string;
  readonly inOrganization: string;
  readonly inProject: string;
}

const inEveryProject = 'in every project';
const inThisProject = 'in this project';

/** What each role is for, in a line; all that it grants is a list of its own. */
const words: Readonly<Record<string, RoleWords>> = {
  owner: {
    name: 'Owner',
    inOrganization: 'All that an admin may, and decides who owns the organization.',
    inProject: '',
  },
  admin: {
    name: 'Admin',
    inOrganization: 'Manages people, projects, keys and policies, sees all that is spent, and runs workloads.',
    inProject: 'Manages the people of this project, sees all that it spends, and runs workloads in it.',
  },
  member: {
    name: 'Member',
    inOrganization: `Launches, connects to and releases workloads ${inEveryProject}, and sees what they cost.`,
    inProject: `Launches, connects to and releases workloads ${inThisProject}, and sees what they cost.`,
  },
  viewer: {
    name: 'Viewer',
    inOrganization: `Sees workloads and what they cost ${inEveryProject}; changes nothing.`,
    inProject: `Sees workloads and what they cost ${inThisProject}; changes nothing.`,
  },
  billing: {
    name: 'Billing',
    inOrganization: 'Sees the balance, all usage and every entry of the ledger; no workloads.',
    inProject: 'Sees what this project uses and spends; no workloads.',
  },
  security: {
    name: 'Security',
    inOrganization: 'Reads the audit log, sets policies, and revokes the API keys of anybody; launches nothing.',
    inProject: 'Reads the audit log of this project and sets its policies; launches nothing.',
  },
  guest: {
    name: 'Guest',
    inOrganization: 'Sees the projects they have a role in, and nothing else.',
    inProject: '',
  },
};

/** A role of a newer version is called as it is spelt. */
export function roleName(role: string): string {
  return words[role]?.name ?? role;
}

export function roleSentence(role: string, heldIn: HeldIn): string {
  return (heldIn === 'organization' ? words[role]?.inOrganization : words[role]?.inProject) ?? '';
}

/** `an admin`, `a viewer`: as part of a sentence. */
export function aRole(role: string): string {
  const name = roleName(role).toLowerCase();
  return role === 'billing' || role === 'security' ? `${name} role` : `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

const sources = {
  founder: 'Founded it',
  invitation: 'Invitation',
  identity_provider: 'Identity provider',
  administrator: 'An admin',
} as const;

export function sourceWords(source: keyof typeof sources): string {
  return sources[source];
}

export const invitationLooks = {
  open: { tone: 'progress', label: 'Open' },
  accepted: { tone: 'running', label: 'Accepted' },
  revoked: { tone: 'muted', label: 'Revoked' },
  expired: { tone: 'muted', label: 'Expired' },
} as const satisfies Record<string, { tone: Tone; label: string }>;
