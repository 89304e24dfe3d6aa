import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { AccessServices } from '../services';

type FactorOperations =
  | 'signInWithSecondFactor'
  | 'beginPasskeySignIn'
  | 'signInWithPasskey'
  | 'getProof'
  | 'beginProof'
  | 'giveProof'
  | 'getFactors'
  | 'beginTotp'
  | 'confirmTotp'
  | 'removeTotp'
  | 'renewRecoveryCodes'
  | 'beginPasskey'
  | 'addPasskey'
  | 'renamePasskey'
  | 'removePasskey';

/** Second factors: having them, showing them. */
export function factorRoutes(_services: AccessServices): Pick<Handlers<typeof accessContract>, FactorOperations> {
  const later = async (): Promise<never> => {
    throw common.fail('service_unavailable');
  };
  return {
    signInWithSecondFactor: later,
    beginPasskeySignIn: later,
    signInWithPasskey: later,
    getProof: later,
    beginProof: later,
    giveProof: later,
    getFactors: later,
    beginTotp: later,
    confirmTotp: later,
    removeTotp: later,
    renewRecoveryCodes: later,
    beginPasskey: later,
    addPasskey: later,
    renamePasskey: later,
    removePasskey: later,
  };
}
