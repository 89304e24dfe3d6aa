import { acceptInvitation, createInvitation } from '@portico/plugin-access/contract';
import type { BodySentTo } from '@portico/plugin-kit/contract';
import type { SignedUp, TestBackend } from '@portico/plugin-kit/testing';

type Inviting = Pick<TestBackend, 'call' | 'signUp'>;
type Offer = BodySentTo<typeof createInvitation>;

export interface Colleague extends SignedUp {
  /** Headers that make the other’s organization the active one. */
  readonly there: { readonly 'x-project-id': string };
}

/** The token in an invitation’s link. */
export function tokenIn(link: string): string {
  return new URL(link).hash.slice(1);
}

/** Somebody new who was invited by `owner`, as people are: they have their own organization, too. */
export async function colleague(
  backend: Inviting,
  owner: Pick<SignedUp, 'token' | 'projectId'>,
  offer: Offer,
): Promise<Colleague> {
  const person = await backend.signUp();
  const headers = { 'x-project-id': owner.projectId };
  const { link } = await backend.call(createInvitation, { token: owner.token, headers, body: offer });
  await backend.call(acceptInvitation, { token: person.token, body: { token: tokenIn(link) } });
  return { ...person, there: { 'x-project-id': offer.project_id ?? owner.projectId } };
}
