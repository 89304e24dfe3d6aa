import type { accessContract, Passkey } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import { addPasskey, beginPasskey, checkNewPasskey } from '../actions/add-passkey';
import { removePasskey, removeTotp, removeUserFactors } from '../actions/remove-factor';
import { renamePasskey } from '../actions/rename-passkey';
import { renewRecoveryCodes } from '../actions/renew-recovery-codes';
import { beginTotp, confirmTotp } from '../actions/set-up-totp';
import type { AccessServices } from '../services';
import { factorsOf, organizationsRequiringFactor } from '../store/factors';
import type { StoredPasskey } from '../store/passkeys';
import { clientOf } from './session-reply';

type FactorOperations =
  | 'getFactors'
  | 'beginTotp'
  | 'confirmTotp'
  | 'removeTotp'
  | 'renewRecoveryCodes'
  | 'beginPasskey'
  | 'addPasskey'
  | 'renamePasskey'
  | 'removePasskey'
  | 'removeUserFactors';

/** Second factors of one’s own account. */
export function factorRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, FactorOperations> {
  return {
    async getFactors({ caller }) {
      const { read } = services.database;
      const { totpSince, passkeys, count } = await factorsOf(read, caller.userId);
      const requiredBy = await organizationsRequiringFactor(read, caller.userId);
      return {
        status: 200,
        body: {
          totp: totpSince === null ? null : { since: toInstant(totpSince) },
          passkeys: passkeys.map(passkeyReply),
          recovery_codes_left: count.recoveryCodesLeft,
          required_by: requiredBy.map(({ organizationId, name }) => ({ organization_id: organizationId, name })),
          passkeys_available: services.relyingParty !== null,
        },
      };
    },

    async beginTotp(request) {
      return request.write(async tx => {
        const { secret, uri, expiresAt } = await beginTotp(tx, services, request);
        return { status: 201, body: { secret, otpauth_uri: uri, expires_at: toInstant(expiresAt) } };
      });
    },

    async confirmTotp(request) {
      return request.write(async tx => {
        const { since, recoveryCodes } = await confirmTotp(tx, services, { ...request, code: request.body.code });
        return { status: 200, body: { since: toInstant(since), recovery_codes: recoveryCodes } };
      });
    },

    async removeTotp(request) {
      return request.write(async tx => {
        await removeTotp(tx, services, request);
        return { status: 204, body: undefined };
      });
    },

    async renewRecoveryCodes(request) {
      return request.write(async tx => ({
        status: 201,
        body: { recovery_codes: await renewRecoveryCodes(tx, services, request) },
      }));
    },

    async beginPasskey(request) {
      const begun = await beginPasskey(services, { ...request, client: clientOf(request) });
      const { challenge, expiresAt, options } = begun;
      return { status: 200, body: { challenge, expires_at: toInstant(expiresAt), options } };
    },

    async addPasskey(request) {
      const { challenge, credential, name } = request.body;
      const made = await checkNewPasskey(services, { ...request, client: clientOf(request), challenge, credential });
      return request.write(async tx => {
        const { passkey, recoveryCodes } = await addPasskey(tx, services, { ...request, challenge, made, name });
        return { status: 201, body: { passkey: passkeyReply(passkey), recovery_codes: recoveryCodes } };
      });
    },

    async renamePasskey(request) {
      const wanted = { ...request, passkeyId: request.params.passkey_id, name: request.body.name };
      return request.write(async tx => ({
        status: 200,
        body: passkeyReply(await renamePasskey(tx, services, wanted)),
      }));
    },

    async removePasskey(request) {
      return request.write(async tx => {
        await removePasskey(tx, services, { ...request, passkeyId: request.params.passkey_id });
        return { status: 204, body: undefined };
      });
    },

    async removeUserFactors(request) {
      const wanted = { ...request, userId: request.params.user_id, reason: request.body.reason };
      return request.write(async tx => ({
        status: 200,
        body: { removed_count: await removeUserFactors(tx, services, wanted) },
      }));
    },
  };
}

function passkeyReply(passkey: StoredPasskey): Passkey {
  return {
    passkey_id: passkey.passkeyId,
    name: passkey.name,
    created_at: toInstant(passkey.createdAt),
    last_used_at: toInstantOrNull(passkey.lastUsedAt),
    is_backed_up: passkey.isBackedUp,
  };
}
