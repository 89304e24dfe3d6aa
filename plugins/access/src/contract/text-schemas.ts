import { INVITATION_TOKEN_LENGTH_MAX } from './limits';

/** A reason is one or several lines for other people to read, without control characters but line breaks. */
export const reasonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 500,
  pattern:
    '^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*[^\\s\\u0000-\\u0009\\u000b-\\u001f\\u007f][^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*$',
} as const;

/** What people type into a search field: one line. */
export const searchSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
} as const;

export const invitationTokenSchema = {
  type: 'string',
  minLength: 1,
  maxLength: INVITATION_TOKEN_LENGTH_MAX,
  description: 'What follows the `#` of the invitation’s link.',
} as const;
