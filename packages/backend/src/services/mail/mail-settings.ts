import { defineSettings } from '@portico/plugin-kit/backend';
import { mailAddressSchema } from '@portico/plugin-kit/contract';

export const mailSettings = defineSettings({
  key: 'mail',
  schema: {
    type: 'object',
    description: 'How the portal sends mail.',
    additionalProperties: false,
    properties: {
      from: {
        ...mailAddressSchema,
        description: 'Address mail comes from. Default: portico@ the host of `server.publicUrl`.',
      },
      smtp: {
        type: 'object',
        description:
          'The mail server. Without it messages are written to the log and kept for administrators to read (`GET admin/messages`).',
        additionalProperties: false,
        required: ['host', 'secure'],
        properties: {
          host: { type: 'string', minLength: 1, maxLength: 253, description: 'Its name or address.' },
          port: {
            type: 'integer',
            minimum: 1,
            maximum: 65535,
            description: 'Its port. Default: 587 with `starttls`, 465 with `tls`, 25 with `none`.',
          },
          secure: {
            type: 'string',
            enum: ['starttls', 'tls', 'none'],
            default: 'starttls',
            description:
              '`starttls` and `tls` send nothing unless the connection is encrypted; `none` is for a relay on the same machine.',
          },
          username: { type: 'string', minLength: 1, maxLength: 256, description: 'To sign in with, where it asks.' },
          password: { type: 'string', minLength: 1, maxLength: 1024, description: 'Secret. To sign in with.' },
        },
      },
    },
    default: {},
  },
});
