import { defineErrors } from '@portico/plugin-kit/contract';

export const slotMapErrors = defineErrors({
  node_is_configured: {
    status: 409,
    sentence: 'This node is listed in the configuration of the portal, which also says what slots it has.',
  },
  host_unreadable: {
    status: 409,
    sentence: 'The node could not be read; details say what it answered. Probe it, and try again.',
  },
  slot_map_device_unknown: {
    status: 422,
    sentence: 'Details name devices that the node did not have when it was read; discover again.',
  },
  slot_map_invalid: {
    status: 422,
    sentence: 'The map breaks a rule that every map must keep; details name the rule and the slots.',
  },
  slot_map_superseded: {
    status: 409,
    sentence: 'Another map of this node was approved meanwhile, so this one cannot be; discover again and compare.',
  },
  slot_map_expired: {
    status: 409,
    sentence: 'This map was read from the node too long ago to be relied on; discover again.',
  },
  slot_map_not_candidate: { status: 409, sentence: 'This map was approved already; discover again to change it.' },
  slot_in_use: {
    status: 409,
    sentence:
      'The map changes or drops slots that allocations hold; details name them. Release those first, or leave these slots as they are.',
  },
  slot_not_blocked: { status: 409, sentence: 'This slot does not wait for cleaning.' },
  cleanup_unproven: {
    status: 409,
    sentence: 'It could not be proven that nothing is left on this slot; details say why.',
  },
});
