/** What the portal writes to people about their accounts. Nothing in it was chosen by a stranger, except names, which stand on lines with other words. */
export interface AccountMail {
  readonly subject: string;
  readonly text: string;
}

/** What the portal is called and where it is. */
export interface Sender {
  readonly title: string;
  readonly publicUrl: string;
}

/** The token stands in the fragment: no server, proxy or log sees it, the portal's own included. */
const link = (publicUrl: string, path: string, token: string) => `${publicUrl}${path}#${token}`;
const paragraphs = (...texts: readonly string[]) => `${texts.join('\n\n')}\n`;

export function verificationMail(sender: Sender, to: { username: string; token: string }): AccountMail {
  const { title, publicUrl } = sender;
  return {
    subject: `Confirm your e-mail address for ${title}`,
    text: paragraphs(
      `The account “${to.username}” at ${title} names this as its e-mail address. Open this link within a day to confirm that it is yours:`,
      link(publicUrl, '/account/verify-email', to.token),
      `If you have no such account, do not open the link: the address then stays unconfirmed, and nothing is sent to it.`,
    ),
  };
}

/** To whoever confirmed the address before; the one who asks now learns nothing. */
export function addressInUseMail(sender: Sender): AccountMail {
  const { title, publicUrl } = sender;
  return {
    subject: `Your e-mail address at ${title}`,
    text: paragraphs(
      `Somebody gave this e-mail address for another account at ${title}. You have confirmed it for your own account, so it stays there and the other account does not get it.`,
      `If that was you, sign in with the account you have, or set a new password for it:`,
      `${publicUrl}/login`,
    ),
  };
}

export function addressChangeAskedMail(sender: Sender, change: { username: string; email: string }): AccountMail {
  return {
    subject: `A new e-mail address for your ${sender.title} account`,
    text: paragraphs(
      `Somebody who is signed in to the account “${change.username}” asked to replace this e-mail address by ${change.email}. It changes once that one is confirmed.`,
      `If that was not you, change your password now: it ends all other sessions and this request.`,
      `${sender.publicUrl}/account`,
    ),
  };
}

export function addressChangedMail(sender: Sender, change: { username: string; email: string }): AccountMail {
  return {
    subject: `The e-mail address of your ${sender.title} account has changed`,
    text: paragraphs(
      `The account “${change.username}” now has the e-mail address ${change.email}; nothing more is sent here.`,
      `If that was not you, tell the administrator of ${sender.title}.`,
    ),
  };
}

export function passwordResetMail(sender: Sender, to: { username: string; token: string }): AccountMail {
  return {
    subject: `Set a new password for ${sender.title}`,
    text: paragraphs(
      `Somebody asked for a new password for the account “${to.username}”. Open this link within an hour to set one:`,
      link(sender.publicUrl, '/login/reset', to.token),
      `If that was not you, do nothing: the password stays as it is.`,
    ),
  };
}

export function passwordChangedMail(sender: Sender, account: { username: string }): AccountMail {
  return {
    subject: `The password of your ${sender.title} account has changed`,
    text: paragraphs(
      `The password of the account “${account.username}” was changed, and sessions elsewhere have ended.`,
      `If that was not you, set a new one at once:`,
      `${sender.publicUrl}/login`,
    ),
  };
}
