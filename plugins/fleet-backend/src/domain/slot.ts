/**
 * A slot is what placement gives out: one GPU (or a fixed part of one) with its virtual function and NVMe namespace. It is offered only after it was
 * approved, held by exactly one allocation, and free again only when the runtime is proven gone; without that proof it is blocked until a person decides.
 */
export const slotTransitions = {
  candidate: { approve: 'approved' },
  approved: { offer: 'free' },
  free: { hold: 'held' },
  held: { release: 'free', block: 'cleanup_blocked' },
  cleanup_blocked: {},
} as const satisfies Record<string, Partial<Record<SlotEvent, string>>>;

export type SlotStatus = keyof typeof slotTransitions;
export type SlotEvent = 'approve' | 'offer' | 'hold' | 'release' | 'block';

/** Embedded nodes need no approval by a person: the configuration that lists them is the approval. */
export const EMBEDDED_SLOT_STATUS = slotTransitions[slotTransitions.candidate.approve].offer;
