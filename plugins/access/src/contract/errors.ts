import { defineErrors } from '@portico/plugin-kit/contract';

export const accessErrors = defineErrors({
  sign_up_closed: {
    status: 403,
    sentence: 'Sign-up is closed here; ask the administrator of this portal for an account.',
  },
  username_taken: { status: 409, sentence: 'This username is taken; choose another.' },
  password_too_weak: { status: 422, sentence: 'This password is too easy to guess; details say what to change.' },
  credentials_invalid: { status: 401, sentence: 'User name or password is wrong.' },
  reset_link_invalid: {
    status: 410,
    sentence: 'This link was used, has expired or was replaced by a newer one; ask for another.',
  },
  verification_link_invalid: {
    status: 410,
    sentence: 'This link was used, has expired or was replaced by a newer one; sign in and have another one sent.',
  },
  email_taken: {
    status: 409,
    sentence: 'Another account has confirmed this e-mail address; sign in with that one, or use another address.',
  },
  email_not_pending: { status: 409, sentence: 'There is no e-mail address that waits to be confirmed.' },
  current_password_wrong: { status: 422, sentence: 'The current password is wrong.' },
  password_not_set: {
    status: 409,
    sentence: 'This account has no password; it signs in through its identity provider.',
  },
  refresh_token_invalid: { status: 401, sentence: 'The refresh token is unknown or has expired; sign in again.' },
  session_revoked: {
    status: 401,
    sentence: 'A refresh token was used twice, so this session was ended; sign in again.',
  },
  cookie_session_insecure: {
    status: 422,
    sentence:
      'Sessions by cookie need HTTPS, or plain HTTP on a loopback address; set the public URL of the portal accordingly.',
  },
  oidc_provider_unknown: {
    status: 404,
    sentence: 'No identity provider is known by that; choose one of those shown, or sign in another way.',
  },
  oidc_flow_invalid: {
    status: 422,
    sentence:
      'This sign-in was begun in another browser, was finished before or took longer than 10 minutes; begin again.',
  },
  oidc_answer_invalid: {
    status: 422,
    sentence: 'What the identity provider answered could not be verified, so nothing was done; begin again.',
  },
  oidc_account_unknown: {
    status: 403,
    sentence:
      'Nobody here is known by this identity; ask your administrator for an account, or link it to the one you have.',
  },
  oidc_account_disabled: { status: 403, sentence: 'This account is disabled; ask the administrator of this portal.' },
  return_to_invalid: { status: 422, sentence: 'One can come back to a path of this portal only.' },
  identity_in_use: { status: 409, sentence: 'This identity opens another account; remove it there first.' },
  identity_is_last: {
    status: 409,
    sentence: 'It is the only way you can sign in; set a password or link another identity first.',
  },
  identity_limit_reached: {
    status: 409,
    sentence: 'As many identities are linked to this account as there may be; remove one first.',
  },
  key_malformed: {
    status: 422,
    sentence: 'This is not an SSH public key; paste the one line of the file that ends in .pub.',
  },
  key_too_weak: { status: 422, sentence: 'This key is too weak; make one with: ssh-keygen -t ed25519' },
  key_type_unsupported: { status: 422, sentence: 'Keys of this kind cannot be used here; details say why.' },
  private_key_refused: {
    status: 422,
    sentence:
      'This is a private key. It was not stored; treat it as exposed if others may have seen it, and paste the .pub file instead.',
  },
  key_duplicate: { status: 409, sentence: 'You have added this key already.' },
  api_key_scope_unknown: { status: 422, sentence: 'There is no such permission; details name what was asked for.' },
  api_key_scope_not_of_project: {
    status: 422,
    sentence:
      'Details name permissions that reach beyond one project; leave them out, or make the key for the organization.',
  },
  api_key_beyond_own: {
    status: 403,
    sentence: 'A key cannot be given more than you may do yourself; details say what is beyond it.',
  },
  api_key_beyond_role: {
    status: 422,
    sentence:
      'The role of the service account does not hold these permissions; give it another role, or leave them out.',
  },
  service_account_name_taken: {
    status: 409,
    sentence: 'Another service account of the project has this name; choose another.',
  },
  service_account_limit_reached: {
    status: 409,
    sentence: 'The organization has as many service accounts as it may have; remove one that is not needed.',
  },
  client_invalid: { status: 401, sentence: 'There is no such service account, or this is no key of it.' },
  api_key_expiry_past: { status: 422, sentence: 'A key expires in the future or never; this instant is past.' },
  api_key_ended: { status: 409, sentence: 'This key was revoked or has expired; make a new one.' },
  api_key_limit_reached: {
    status: 409,
    sentence: 'You have as many API keys as one account may have; revoke one first.',
  },
  key_limit_reached: { status: 409, sentence: 'You have as many SSH keys as one account may have; remove one first.' },
  role_beyond_own: {
    status: 403,
    sentence: 'Nobody gives or takes a role that grants more than they hold; details say what is beyond yours.',
  },
  own_role_raised: { status: 403, sentence: 'Nobody raises their own role; ask somebody else who may.' },
  last_owner: {
    status: 409,
    sentence: 'An organization always has an owner, and this is the last one; make somebody else an owner first.',
  },
  personal_organization_kept: {
    status: 409,
    sentence: 'This organization came with the account, so that everybody has a place of their own; it cannot be left.',
  },
  transfer_to_self: { status: 422, sentence: 'You are an owner already; name somebody else.' },
  invitation_project_incomplete: {
    status: 422,
    sentence: 'A project and the role in it belong together; name both or neither.',
  },
  invitation_already_member: { status: 409, sentence: 'They belong to the organization already.' },
  invitation_limit_reached: {
    status: 409,
    sentence: 'The organization has as many open invitations as it may have; revoke one that is not needed.',
  },
  invitation_mail_limit_reached: {
    status: 409,
    sentence: 'As many invitations were sent there today as may be; hand over the link, or try again tomorrow.',
  },
  invitation_ended: { status: 409, sentence: 'This invitation was accepted or revoked; make a new one.' },
  invitation_unknown: {
    status: 404,
    sentence: 'No invitation is known by this link; ask whoever invited you for a new one.',
  },
  invitation_used: { status: 410, sentence: 'This invitation was accepted already; each is good once.' },
  invitation_expired: { status: 410, sentence: 'This invitation has expired; ask whoever invited you for a new one.' },
  invitation_revoked: { status: 410, sentence: 'This invitation was revoked; ask whoever invited you.' },
  invitation_void: {
    status: 410,
    sentence:
      'Whoever sent this invitation may no longer do so, or its project is gone; ask the organization for a new one.',
  },
  invitation_for_another: {
    status: 403,
    sentence: 'This invitation is for another e-mail address; sign in with the account that has verified it.',
  },
  organization_slug_taken: { status: 409, sentence: 'Another organization has this short name; choose another.' },
  organization_slug_reserved: { status: 422, sentence: 'This short name is kept for the portal; choose another.' },
  organization_limit_reached: {
    status: 409,
    sentence: 'You own as many organizations as one person may own; hand one over first.',
  },
  sign_in_demand_unmet: {
    status: 409,
    sentence: 'Your own sign-in does not meet this demand, so you would lock yourself out; sign in that way first.',
  },
  department_name_taken: {
    status: 409,
    sentence: 'Another department of the organization has this name; choose another.',
  },
  department_limit_reached: {
    status: 409,
    sentence: 'The organization has as many departments as it may have; delete one that is not needed.',
  },
  department_is_default: { status: 409, sentence: 'This is where projects go that name no department; it stays.' },
  department_not_empty: { status: 409, sentence: 'There are still projects in this department; move them first.' },
  project_name_taken: { status: 409, sentence: 'Another project of the organization has this name; choose another.' },
  project_limit_reached: {
    status: 409,
    sentence: 'The organization has as many projects as it may have; delete one that is not needed.',
  },
  project_is_default: {
    status: 409,
    sentence: 'This is your default project; make another one your default first.',
  },
  project_is_last: { status: 409, sentence: 'This is the only project of the organization, and there is always one.' },
  project_not_empty: {
    status: 409,
    sentence: 'There is still something in this project: release or remove it first.',
  },
  second_factor_needed: {
    status: 401,
    sentence: 'The password is right; now the second factor. Details carry the challenge and what can be shown.',
  },
  second_factor_wrong: {
    status: 401,
    sentence: 'That was not right, or the code was used before; try again with the next one.',
  },
  sign_in_challenge_invalid: {
    status: 401,
    sentence: 'This sign-in took too long or had too many wrong answers; begin again.',
  },
  passkey_wrong: {
    status: 401,
    sentence: 'This passkey does not open an account here; choose another, or sign in another way.',
  },
  passkeys_unavailable: {
    status: 409,
    sentence: 'Passkeys need the portal to be reached by a host name over HTTPS, or at localhost.',
  },
  passkey_challenge_expired: {
    status: 410,
    sentence: 'This took too long, or was answered before; begin again.',
  },
  passkey_not_accepted: {
    status: 422,
    sentence:
      'The passkey could not be verified: it must be made for this portal, and the device must verify its user.',
  },
  passkey_duplicate: { status: 409, sentence: 'This passkey is registered already.' },
  passkey_limit_reached: {
    status: 409,
    sentence: 'You have as many passkeys as one account may have; remove one first.',
  },
  totp_already_on: { status: 409, sentence: 'An app that shows codes is set up already; take it away first.' },
  totp_not_begun: { status: 409, sentence: 'There is no set-up to confirm, or it took too long; begin again.' },
  totp_code_wrong: {
    status: 422,
    sentence: 'This is not the code the app shows now; check the clock of the device and try the next one.',
  },
  second_factor_missing: {
    status: 409,
    sentence: 'There is no second factor yet; recovery codes come with the first.',
  },
  second_factor_still_required: {
    status: 409,
    sentence:
      'This is your last second factor, and an organization of yours asks for one; add another first. Details name the organizations.',
  },
  proof_wrong: { status: 403, sentence: 'That was not right, or the code was used before; try again.' },
  proof_method_unavailable: {
    status: 409,
    sentence: 'You cannot confirm it this way; details say how, or sign in again where they name none.',
  },
  policy_value_invalid: { status: 422, sentence: 'This policy takes no such value; details say what it takes.' },
  policy_level_unsupported: {
    status: 422,
    sentence: 'This policy cannot be set there; details name the levels where it can.',
  },
  policy_loosens: {
    status: 422,
    sentence:
      'What is set for an organization, a project or a member can only tighten what is set further out; details say what that is.',
  },
  plan_unknown: { status: 422, sentence: 'There is no such plan; set a policy for it first.' },
  credit_amount_out_of_range: {
    status: 422,
    sentence: 'A credit is more than zero and at most the amount in details.',
  },
  user_can_sign_in: {
    status: 409,
    sentence: 'This user can sign in, so nobody else sets their password; they ask for a link at sign-in.',
  },
  user_is_disabled: { status: 409, sentence: 'This user is disabled; enable them first.' },
  user_is_self: { status: 409, sentence: 'This is yourself; another administrator must do it.' },
  platform_admin_is_last: {
    status: 409,
    sentence: 'This is the last active platform administrator, and there is always one; make somebody else one first.',
  },
  platform_role_beyond_own: {
    status: 403,
    sentence: 'Nobody gives or takes a role that may more than they may themselves; details name what is beyond it.',
  },
  support_session_open: {
    status: 409,
    sentence: 'You look into this organization already; details name the support session.',
  },
  support_of_own_organization: {
    status: 409,
    sentence: 'You belong to this organization; switch to it instead.',
  },
});
