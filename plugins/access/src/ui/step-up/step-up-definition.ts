import { definePage } from '@portico/plugin-kit/ui';
import { getSignInOptions, signOut } from '../../contract/auth-operations';
import { authorizeOidc } from '../../contract/oidc-operations';
import { beginProof, getProof, giveProof } from '../../contract/proof-operations';

/** The dialog of the shell that confirms who is there; it calls operations and declares them like a page. */
export const stepUp = definePage({
  name: 'step-up',
  path: '*',
  title: 'Confirm that it is you',
  operations: { getProof, beginProof, giveProof, authorizeOidc, getSignInOptions, signOut },
  states: ['loading', 'error', 'success'],
});
