/**
 * A slot is what placement gives out: one GPU (or a fixed part of one) with its virtual function and NVMe namespace. It is offered only after it was
 * approved, held by exactly one allocation, and free again only when the runtime is proven gone; without that proof, or when its devices have changed, it is blocked until a person decides.
 */
export const slotTransitions = {
  candidate: { approve: 'approved' },
  approved: { offer: 'free' },
  free: { hold: 'held', block: 'cleanup_blocked' },
  held: { release: 'free', block: 'cleanup_blocked' },
  cleanup_blocked: { clean: 'free' },
} as const satisfies Record<string, Partial<Record<SlotEvent, string>>>;

export type SlotStatus = keyof typeof slotTransitions;
export type SlotEvent = 'approve' | 'offer' | 'hold' | 'release' | 'block' | 'clean';

/** `unproven`: what ran there could not be proven gone. `host_changed`: its devices are not as they were approved. */
export const blockedKinds = ['unproven', 'host_changed'] as const;
export type BlockedKind = (typeof blockedKinds)[number];

/** Embedded nodes need no approval by a person: the configuration that lists them is the approval. */
export const EMBEDDED_SLOT_STATUS = slotTransitions[slotTransitions.candidate.approve].offer;
