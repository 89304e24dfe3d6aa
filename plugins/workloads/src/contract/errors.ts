import { defineErrors } from '@portico/plugin-kit/contract';

/** In the order in which a launch checks them; the first that applies is answered. Precheck lists all that apply. */
export const workloadErrors = defineErrors({
  project_not_found: { status: 404, sentence: 'There is no such project in your organization.' },
  sku_not_found: { status: 404, sentence: 'There is no such hardware in the catalog.' },
  image_not_found: { status: 404, sentence: 'There is no such image in the catalog.' },
  ssh_key_not_found: { status: 404, sentence: 'One of the SSH keys does not exist, or is not yours.' },
  published_ports_invalid: { status: 422, sentence: 'A port, or the name of one, is published twice.' },
  published_ports_unavailable: {
    status: 409,
    sentence: 'The platform has no address below which ports could be published; launch without them.',
  },
  policy_forbids: {
    status: 409,
    sentence: 'A policy does not allow this hardware, image or region here; details name it and where it was set.',
  },
  region_not_offered: { status: 422, sentence: 'This hardware is not offered in that region.' },
  image_not_for_sku: {
    status: 422,
    sentence: 'This hardware cannot be launched with that image; details name those it can.',
  },
  image_too_large: {
    status: 422,
    sentence:
      'The image needs more disk than comes with so many GPUs of this hardware; take more of them, or another image.',
  },
  topology_unsatisfiable: {
    status: 422,
    sentence: 'No node could ever hold that many GPUs of this hardware together.',
  },
  price_unavailable: { status: 409, sentence: 'This hardware has no price in your currency.' },
  quote_invalid: {
    status: 422,
    sentence: 'The quote is not one of ours, or is for another organization, hardware or count.',
  },
  quote_expired: { status: 409, sentence: 'The quote has expired; ask for a new one.' },
  node_offline: { status: 409, sentence: 'No node that could host this is online at the moment.' },
  sku_sold_out: { status: 409, sentence: 'This hardware is sold out at the moment.' },
  quota_exceeded: { status: 409, sentence: 'This would go beyond a limit; details name it and where it was set.' },
  allocation_not_releasable: { status: 409, sentence: 'An allocation that has ended cannot be released again.' },
  allocation_not_active: { status: 409, sentence: 'The allocation is not active.' },
  node_reachable: {
    status: 409,
    sentence: 'The node answers, so nobody needs to attest anything: release the allocation in the ordinary way.',
  },
  task_not_cancellable: { status: 409, sentence: 'This task can no longer be cancelled.' },
});

/** What a launch can be refused for; `insufficient_balance` and `payments_disputed` are billing's words. */
export const launchErrors = [
  'project_not_found',
  'sku_not_found',
  'image_not_found',
  'ssh_key_not_found',
  'published_ports_invalid',
  'published_ports_unavailable',
  'policy_forbids',
  'region_not_offered',
  'image_not_for_sku',
  'image_too_large',
  'topology_unsatisfiable',
  'price_unavailable',
  'quote_invalid',
  'quote_expired',
  'node_offline',
  'sku_sold_out',
  'insufficient_balance',
  'payments_disputed',
  'quota_exceeded',
] as const;
export type LaunchError = (typeof launchErrors)[number];
