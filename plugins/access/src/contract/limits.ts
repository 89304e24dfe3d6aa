/** What people type as a name to sign in with: letters (case does not count), digits, dot, underscore and hyphen. */
export const USERNAME_PATTERN = '^[A-Za-z0-9._-]{3,32}$';

/** Characters. Ten is the shortest that resists an offline search of an argon2id hash once the common ones are refused. */
export const PASSWORD_LENGTH_MIN = 10;
/** Characters. Room for any passphrase, small enough that hashing its bytes costs nothing. */
export const PASSWORD_LENGTH_MAX = 256;

/** Characters of a user name or mail address that is typed to be found. */
export const LOGIN_LENGTH_MAX = 254;
/**
 * Tokens in links of mail: 256 bits in hexadecimal. Digits and letters alone, so that no mail program breaks the link, and nothing the redaction of the log takes
 * for a credential: while there is no mail server the link is read there.
 */
export const LINK_TOKEN_PATTERN = '^[0-9a-f]{64}$';
/** Seconds the link that confirms an address is good for: mail is read within a day. */
export const VERIFICATION_SECONDS = 24 * 60 * 60;
/** Seconds a link to set a password is good for. It opens the account, so it must not lie in a mailbox for long. */
export const PASSWORD_RESET_SECONDS = 60 * 60;
/** Seconds the link is good for with which somebody sets the first password of an account made for them: it travels by hand. 3 days. */
export const SET_PASSWORD_LINK_SECONDS = 3 * 24 * 60 * 60;
/** Messages with a link that one account is sent within an hour, whoever asks: a mailbox must not be flooded by strangers. */
export const LINKS_PER_HOUR_MAX = 5;

/** Characters of a pasted key. An RSA key of 16,384 bits is 2,800; a private key must still fit, to be refused by name. */
export const PUBLIC_KEY_LENGTH_MAX = 16_384;
/** Characters of what stands behind a key. `user@host` is at most 32 and 253 long, and more tells people nothing. */
export const SSH_KEY_COMMENT_LENGTH_MAX = 255;
/** Keys of one user. The SSH gateway compares an offered key with all of them, so the number bounds that work. */
export const SSH_KEYS_PER_USER_MAX = 50;

/** API keys of one user that work. Each has a rate limit of its own, so the number bounds what one user may ask for in all. */
export const API_KEYS_PER_USER_MAX = 50;
/** Scopes sent for one key: several times the permissions there are, so that one too many is told by name. */
export const API_KEY_SCOPES_MAX = 200;
/** Seconds the secret before stays good after a rotation, by name: at once when it may be known to others, longer while programs are moved over. */
export const API_KEY_GRACE_SECONDS = { none: 0, hour: 60 * 60, day: 24 * 60 * 60, week: 7 * 24 * 60 * 60 } as const;
export type ApiKeyGrace = keyof typeof API_KEY_GRACE_SECONDS;

/** Passkeys of one user: a few devices and spares; the browser is told of each when one is added. */
export const PASSKEYS_PER_USER_MAX = 20;
/** Recovery codes of one set. */
export const RECOVERY_CODES = 10;
/** Characters of a code people type, with the spaces and hyphens they add. */
export const CODE_LENGTH_MAX = 32;

/** Projects of one organization. As many as `GET me` carries for the selector, so that every project can be chosen there. */
export const PROJECTS_PER_ORGANIZATION_MAX = 200;

/** Micro-units (100,000.00): one credit by an administrator. A slip of the finger stays bounded; more is several credits. */
export const CREDIT_MICROS_MAX = 100_000_000_000n;

/** Seconds an access token is good for. Short, because it travels with every request. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;
/** Seconds a refresh token, or a browser session nobody touches, is good for: 30 days. */
export const REFRESH_TOKEN_SECONDS = 30 * 24 * 60 * 60;

/** Seconds between leaving for an identity provider and coming back: time to find a second factor. */
export const OIDC_FLOW_SECONDS = 10 * 60;
/** Characters of an authorization code: some providers put a whole encrypted token there. */
export const OIDC_CODE_LENGTH_MAX = 4096;
/** Characters of an issuer's URL. */
export const OIDC_ISSUER_LENGTH_MAX = 500;
/** Characters of what we made ourselves, state and flow token; theirs are under 60. */
export const OIDC_SECRET_LENGTH_MAX = 128;
/** Characters of an address, the longest thing one may type to find one's provider. */
export const OIDC_HINT_LENGTH_MAX = 254;
/** Characters of the path one comes back to. */
export const RETURN_TO_LENGTH_MAX = 2048;
/** Identities linked to one account: several organizations and a few more. */
export const IDENTITIES_PER_USER_MAX = 20;

/** Invitations of one organization that can still be accepted: a link that goes astray is found among so many, and mail is not sent without end. */
export const INVITATIONS_OPEN_PER_ORGANIZATION_MAX = 100;
/** Invitations sent by mail in a day, of one organization and to one address: what anybody can have the portal write stays far from a flood. */
export const INVITATION_MAILS_PER_ORGANIZATION_AND_DAY_MAX = 200;
export const INVITATION_MAILS_PER_ADDRESS_AND_DAY_MAX = 5;
/** Days an invitation is good for when nothing is said, and at most: longer, and nobody remembers who was meant. */
export const INVITATION_DAYS_DEFAULT = 7;
export const INVITATION_DAYS_MAX = 30;
/** Characters of an invitation's token as sent; a real one is shorter. */
export const INVITATION_TOKEN_LENGTH_MAX = 128;
/** Organizations one person owns, their personal one included. Each has an account, so the number bounds what one sign-up can make. */
export const ORGANIZATIONS_OWNED_MAX = 10;
/** Departments of one organization: all fit into a selector. */
export const DEPARTMENTS_PER_ORGANIZATION_MAX = 50;
/** Characters of what people type to find their organization. */
export const ORGANIZATION_SLUG_LENGTH_MIN = 3;
export const ORGANIZATION_SLUG_LENGTH_MAX = 40;
/** Lower-case letters, digits and single hyphens within. */
export const ORGANIZATION_SLUG_PATTERN = '^[a-z0-9]+(-[a-z0-9]+)*$';

/** Service accounts of one organization. */
export const SERVICE_ACCOUNTS_PER_ORGANIZATION_MAX = 200;
/** Seconds a token for a key of a service account is good for: as short as a person's. */
export const CLIENT_TOKEN_SECONDS = 15 * 60;
/** Characters: several times a key, so that what is no key is told by its code. */
export const CLIENT_SECRET_LENGTH_MAX = 256;
/** Of a preview, what it names one by one; the rest is counted. */
export const POLICY_PREVIEW_ITEMS_MAX = 50;
/** Minutes a look into an organization lasts: as long as a call does, so that nobody is inside by forgetting to leave. */
export const SUPPORT_SESSION_MINUTES = 60;
/** Owners one detail names. */
export const OWNERS_SHOWN_MAX = 20;
