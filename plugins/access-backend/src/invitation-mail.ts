import type { MailMessage } from '@portico/plugin-kit/backend';
import type { Invitation } from './store/invitations';

/** What somebody is written who is invited. */
export function invitationMail(about: {
  invitation: Invitation;
  organizationName: string;
  link: string;
}): Pick<MailMessage, 'subject' | 'text'> {
  const { invitation, organizationName, link } = about;
  const { inviterDisplayName, inviterUsername, days } = invitation;
  return {
    subject: `Invitation to “${organizationName}”`,
    text: [
      `${inviterDisplayName} (${inviterUsername}) invites you to the organization “${organizationName}”.`,
      'Open this link to accept. It works once, and only for this address:',
      link,
      `It is good for ${days === 1 ? 'one day' : `${days} days`}. If you expected no invitation, leave this message alone: nothing happens.`,
    ].join('\n\n'),
  };
}
