import { defineErrors } from '@portico/plugin-kit/contract';

export const nodeErrors = defineErrors({
  node_name_taken: { status: 409, sentence: 'Another node has this name.' },
  node_unreachable: {
    status: 409,
    sentence: 'The node cannot be reached; details say what was met with. Nothing was changed.',
  },
  address_refused: {
    status: 422,
    sentence:
      'Nodes may not have this address: it is private, loopback, link-local or otherwise special, and the configuration ("fleet.ssh.allowedNetworks") does not allow it.',
  },
  host_key_mismatch: {
    status: 409,
    sentence: 'The node shows another host key than the one expected; details have both. Nothing was sent to it.',
  },
  host_key_unchanged: { status: 409, sentence: 'The node has not shown another host key than the pinned one.' },
  private_key_invalid: {
    status: 422,
    sentence: 'This is no private key that can be read, or the passphrase does not open it.',
  },
  enrolment_token_invalid: {
    status: 403,
    sentence: 'This enrolment token is not good: unknown, used before, or older than 15 minutes. Ask for a new one.',
  },
  node_in_use: {
    status: 409,
    sentence:
      'Allocations run on this node, which details name, or slots of it are blocked. Drain it, and delete it once they are released and cleaned up.',
  },
  node_not_enrolled: { status: 409, sentence: 'This node is not enrolled yet.' },
  node_not_draining: { status: 409, sentence: 'This node is not draining.' },
  node_not_drainable: {
    status: 409,
    sentence: 'Only a node that takes work, or was lost while it did, can be drained.',
  },
});
