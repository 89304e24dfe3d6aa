import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** What a challenge is an answer away from; it is good for nothing else. */
export type ChallengePurpose = 'second_factor' | 'passkey_sign_in' | 'passkey_registration' | 'proof';

export interface FactorChallenge {
  readonly challengeHash: string;
  readonly purpose: ChallengePurpose;
  readonly userId: string | null;
  readonly sessionId: string | null;
  /** Of the network and program it was put to. */
  readonly clientHash: string;
  readonly wrongAnswers: number;
  readonly expiresAt: number;
}

interface ChallengeRow {
  challenge_hash: string;
  purpose: ChallengePurpose;
  user_id: string | null;
  session_id: string | null;
  client_hash: string;
  wrong_answers: number;
  expires_at: number;
}

/** Each new one clears those that ran out, so that no job has to. */
export async function insertChallenge(
  tx: Transaction,
  challenge: Omit<FactorChallenge, 'wrongAnswers'>,
): Promise<void> {
  await tx.run('DELETE FROM access_factor_challenges WHERE expires_at <= ?', [tx.now]);
  await tx.run(
    `INSERT INTO access_factor_challenges (challenge_hash, purpose, user_id, session_id, client_hash, wrong_answers, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?)`,
    [
      challenge.challengeHash,
      challenge.purpose,
      challenge.userId,
      challenge.sessionId,
      challenge.clientHash,
      tx.now,
      challenge.expiresAt,
    ],
  );
}

export async function challengeByHash(queries: Queries, hash: string): Promise<FactorChallenge | undefined> {
  const row = await queries.first<ChallengeRow>('SELECT * FROM access_factor_challenges WHERE challenge_hash = ?', [
    hash,
  ]);
  return row && fromRow(row);
}

/** Locks the row: wrong answers are counted one by one, and a right one counts once. */
export async function challengeForChange(tx: Transaction, hash: string): Promise<FactorChallenge | undefined> {
  const row = await tx.first<ChallengeRow>(
    `SELECT * FROM access_factor_challenges WHERE challenge_hash = ?${tx.forUpdate}`,
    [hash],
  );
  return row && fromRow(row);
}

export async function countWrongAnswer(tx: Transaction, hash: string): Promise<void> {
  await tx.run('UPDATE access_factor_challenges SET wrong_answers = wrong_answers + 1 WHERE challenge_hash = ?', [
    hash,
  ]);
}

/** False when it was answered before. */
export async function deleteChallenge(tx: Transaction, hash: string): Promise<boolean> {
  return (await tx.run('DELETE FROM access_factor_challenges WHERE challenge_hash = ?', [hash])) > 0;
}

/** What was asked of a user and is not answered yet is no longer: their factors are others now. */
export async function deleteChallengesOf(tx: Transaction, userId: string): Promise<void> {
  await tx.run('DELETE FROM access_factor_challenges WHERE user_id = ?', [userId]);
}

function fromRow(row: ChallengeRow): FactorChallenge {
  return {
    challengeHash: row.challenge_hash,
    purpose: row.purpose,
    userId: row.user_id,
    sessionId: row.session_id,
    clientHash: row.client_hash,
    wrongAnswers: row.wrong_answers,
    expiresAt: row.expires_at,
  };
}
