import type { ApiError } from '@portico/plugin-kit/ui';

export interface Refusal {
  /** The field it is about, where it is about one. */
  readonly field?: 'name' | 'host' | 'credential' | 'fingerprint';
  readonly title: string;
  readonly message: string;
}

/** What the server refused, at the field it is about. */
export function refusalOf({ code, message, details }: ApiError): Refusal {
  const reason = typeof details.reason === 'string' ? details.reason : undefined;
  switch (code) {
    case 'node_name_taken':
      return { field: 'name', title: 'The name is taken', message };
    case 'address_refused':
      return { field: 'host', title: 'Nodes may not have this address', message };
    case 'node_unreachable':
      return { field: 'host', title: 'The machine does not answer', message: reason ?? message };
    case 'private_key_invalid':
      return { field: 'credential', title: 'The private key cannot be used', message };
    case 'host_key_mismatch':
      return {
        field: 'fingerprint',
        title: 'It shows another host key',
        message: `${String(details.shown)} was shown, ${String(details.expected)} was expected. Nothing was sent to it.`,
      };
    default:
      return { title: 'The node was not added', message };
  }
}
