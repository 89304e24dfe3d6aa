import { PLATFORM_ROLES } from '../../contract/platform-users';

export type PlatformRole = (typeof PLATFORM_ROLES)[number];

/** What each role on the platform is called, and what whoever has it does. */
export const platformRoleWords: Readonly<Record<PlatformRole, { label: string; sentence: string }>> = {
  platform_admin: {
    label: 'Platform admin',
    sentence: 'Runs the platform: nodes, workloads, users, roles, policies and support, over all organizations.',
  },
  billing_operator: {
    label: 'Billing operator',
    sentence:
      'Looks after everybody’s money: payments, refunds, credits, vouchers and invoices. Reads the audit log of the platform.',
  },
  support_agent: {
    label: 'Support agent',
    sentence: 'Looks into an organization for a stated reason, reads what its users see, and changes nothing.',
  },
};

/** A role of a newer version has no words here. */
export function platformRoleLabel(role: string): string {
  return isPlatformRole(role) ? platformRoleWords[role].label : role;
}

export function isPlatformRole(role: string): role is PlatformRole {
  return (PLATFORM_ROLES as readonly string[]).includes(role);
}
