import type { RequestHeaders } from '@portico/plugin-kit/ui';

/**
 * What every request carries and what happens when the session is over. Utility APIs are made before React renders, the session is known
 * after; this is the one place where they meet.
 */
const state: {
  headers: RequestHeaders;
  onSignedOut: () => void;
  onRefused: () => void;
  onProofWanted: () => Promise<boolean>;
} = {
  headers: { csrfToken: null, projectId: null },
  onSignedOut: () => undefined,
  onRefused: () => undefined,
  onProofWanted: async () => false,
};

export const requestState = {
  headers: () => state.headers,
  signedOut: () => state.onSignedOut(),
  refused: () => state.onRefused(),
  proofWanted: () => state.onProofWanted(),
  set(headers: RequestHeaders): void {
    state.headers = headers;
  },
  whenSignedOut(listener: () => void): void {
    state.onSignedOut = listener;
  },
  whenRefused(listener: () => void): void {
    state.onRefused = listener;
  },
  whenProofWanted(ask: () => Promise<boolean>): void {
    state.onProofWanted = ask;
  },
};
