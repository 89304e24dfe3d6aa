import type { Transaction } from '@portico/plugin-kit/backend';
import type { FactorKeys } from '../authentication/factor-keys';
import { CHALLENGE_SECONDS, WRONG_ANSWERS_MAX } from '../domain/factors';
import { insertChallenge } from '../store/factor-challenges';
import type { ChallengePurpose, FactorChallenge } from '../store/factor-challenges';

/** Where a challenge is put to, and answered from. */
export interface ChallengedClient {
  readonly address: string;
  readonly device: string | null;
}

export interface OpenChallenge {
  /** What the client sends back. */
  readonly challenge: string;
  /** What an authenticator signs for it. */
  readonly signed: string;
  readonly expiresAt: number;
}

export async function putChallenge(
  tx: Transaction,
  keys: FactorKeys,
  asked: { purpose: ChallengePurpose; userId: string | null; sessionId: string | null; client: ChallengedClient },
): Promise<OpenChallenge> {
  const { purpose, userId, sessionId, client } = asked;
  const challenge = keys.newChallenge();
  const expiresAt = tx.now + CHALLENGE_SECONDS * 1000;
  await insertChallenge(tx, {
    challengeHash: keys.ofChallenge(challenge),
    purpose,
    userId,
    sessionId,
    clientHash: keys.ofClient(client),
    expiresAt,
  });
  return { challenge, signed: keys.signedFor(challenge), expiresAt };
}

/** Whether an answer is awaited: for this, in this session or none, from where it was put to, in time, and not after too many wrong ones. */
export function isAwaited(
  challenge: FactorChallenge | undefined,
  answer: { purpose: ChallengePurpose; sessionId: string | null; clientHash: string; now: number },
): challenge is FactorChallenge {
  return (
    challenge !== undefined &&
    challenge.purpose === answer.purpose &&
    challenge.sessionId === answer.sessionId &&
    challenge.clientHash === answer.clientHash &&
    challenge.expiresAt > answer.now &&
    challenge.wrongAnswers < WRONG_ANSWERS_MAX
  );
}
