import {
  fingerprintSchema,
  nodeAddressSchema,
  nodeNameSchema,
  nodeUsernameSchema,
  regionSchema,
} from '../contract/node-schemas';

/** The port sshd listens at unless it was told otherwise. */
export const SSH_PORT = 22;
const { minimum: PORT_MIN, maximum: PORT_MAX } = nodeAddressSchema.properties.port;

const forms = {
  name: new RegExp(nodeNameSchema.pattern),
  region: new RegExp(regionSchema.pattern),
  host: new RegExp(nodeAddressSchema.properties.host.pattern),
  username: new RegExp(nodeUsernameSchema.pattern),
  fingerprint: new RegExp(fingerprintSchema.pattern),
};

/** What is wrong with what was typed, and how to put it right; null when it may be sent. */
export const fieldErrors = {
  name: (value: string) =>
    forms.name.test(value) ? null : 'Give it a name of lower-case letters, digits and hyphens, 63 at most.',
  region: (value: string) =>
    forms.region.test(value) ? null : 'Name the region in lower-case letters, digits and hyphens, 32 at most.',
  host: (value: string) => (forms.host.test(value) ? null : 'Type a host name or an IP address, without a port.'),
  port: (value: number | null) =>
    value !== null && value >= PORT_MIN && value <= PORT_MAX ? null : 'Ports are numbers from 1 to 65535.',
  username: (value: string) => (forms.username.test(value) ? null : 'Type the name of a user of the machine.'),
  /** May be left empty. */
  fingerprint: (value: string) =>
    value === '' || forms.fingerprint.test(value)
      ? null
      : 'A fingerprint begins with “SHA256:” and has 43 characters after it.',
};
