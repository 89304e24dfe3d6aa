import { operation } from './operation';
import { idSchema, instantSchema, nullableInstantSchema, pageQueryProperties, pageSchema } from './schemas';

/** Longest address SMTP can carry (RFC 5321, 4.5.3.1, as corrected by erratum 1690). */
const MAIL_ADDRESS_LENGTH_MAX = 254;

/**
 * One address and nothing else: no spaces, no control characters, and none of the signs that make a list, a comment or a name of it, so that no mail
 * program reads two recipients out of one. Letters of any script are fine. Whether mail arrives is not known before one was sent.
 */
export const mailAddressSchema = {
  type: 'string',
  minLength: 3,
  maxLength: MAIL_ADDRESS_LENGTH_MAX,
  pattern:
    '^[^\\s@<>()\\[\\]\\\\,;:"\\u0000-\\u001f\\u007f-\\u009f]{1,64}@[^\\s@<>()\\[\\]\\\\,;:"\\u0000-\\u001f\\u007f-\\u009f]+$',
} as const;

export const listMessages = operation({
  id: 'listMessages',
  method: 'GET',
  path: 'admin/messages',
  tag: 'platform',
  summary: 'Mail the portal sent or wants to send',
  description:
    'Newest first, of the last 30 days. While no mail server is configured messages are kept with their text, for an administrator to pass on; ' +
    'of one that goes by mail only the envelope is shown.',
  permission: 'platform.mail.read',
  proof: 'session',
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: {
    200: pageSchema({
      type: 'object',
      additionalProperties: false,
      required: [
        'message_id',
        'to',
        'subject',
        'text',
        'status',
        'attempts',
        'last_error',
        'correlation_id',
        'created_at',
        'sent_at',
      ],
      properties: {
        message_id: idSchema,
        to: { type: 'string' },
        subject: { type: 'string' },
        text: { type: ['string', 'null'], description: 'Of a message that was kept; null of every other.' },
        status: {
          type: 'string',
          enum: ['queued', 'sent', 'failed', 'kept'],
          description:
            '`kept`: there was no mail server to give it to. `failed`: refused by the mail server for good, or not taken within a day.',
        },
        attempts: { type: 'integer' },
        last_error: { type: ['string', 'null'], description: 'What the last attempt met with.' },
        correlation_id: { type: 'string' },
        created_at: instantSchema,
        sent_at: nullableInstantSchema,
      },
    }),
  },
  errors: ['cursor_invalid'],
});
