import { randomBytes } from 'node:crypto';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { ENROLMENT_TOKEN_SECONDS } from '@portico/plugin-fleet/contract';
import { auditedEnrolmentToken, enrolmentActor } from '../domain/audited';
import { SERVICE_USER } from '../enrolment/script';
import { fleet } from '../node-services';
import type { NodeServices } from '../node-services';
import type { HostKey } from '../ssh/host-key';
import type { NodeAddress } from '../ssh/ssh-client';
import { insertToken, isTokenGood, useToken } from '../store/enrolment-tokens';
import { isNameTaken } from '../store/nodes';
import { addNode } from './add-node';

const PREFIX = 'pnt_';
const TOKEN_BYTES = 32;
const PURPOSE = 'fleet.enrolment-token';

/** The token, known here and to whoever asked, and to nobody later. */
export async function createEnrolmentToken(
  tx: Transaction,
  services: NodeServices,
  request: RequestContext & { name: string | null; region: string },
): Promise<{ token: string; expiresAt: number }> {
  const { name, region } = request;
  if (name !== null && (await isNameTaken(tx, name))) throw fleet.fail('node_name_taken', { details: { name } });
  const token = PREFIX + randomBytes(TOKEN_BYTES).toString('hex');
  const expiresAt = tx.now + ENROLMENT_TOKEN_SECONDS * 1000;
  const hash = services.secrets.fingerprint(PURPOSE, token);
  await insertToken(tx, { hash, name, region, createdBy: request.caller.userId, expiresAt });
  await services.audit.record(tx, {
    action: 'fleet.enrolment_token.created',
    actor: request.actor,
    organizationId: null,
    resource: auditedEnrolmentToken,
    // The hash tells a token apart without giving it away; an id would say nothing more.
    targetId: hash.slice(0, 16),
    correlationId: request.correlationId,
    after: { name, region, expires_at: expiresAt, token_hash: 'new' },
  });
  return { token, expiresAt };
}

/** Before anything is looked up or connected to on the word of somebody who only says to be a machine. */
export async function requireGoodToken({ database, secrets, clock }: NodeServices, token: string): Promise<void> {
  const use = { hash: secrets.fingerprint(PURPOSE, token), now: clock.now() };
  if (!(await isTokenGood(database.read, use))) throw fleet.fail('enrolment_token_invalid');
}

export interface EnrollingMachine {
  readonly hostname: string;
  readonly address: NodeAddress;
  readonly hostKey: HostKey;
  readonly notes: string;
}

/** Uses the token up; of several that come with one, one gets a node. A name that is taken leaves it good. */
export async function enrolByToken(
  tx: Transaction,
  services: NodeServices,
  request: { token: string; machine: EnrollingMachine; correlationId: string },
): Promise<{ nodeId: string; name: string; publicKey: string; taskId: string }> {
  const { machine, correlationId } = request;
  const nodeId = newId('node', tx.now);
  const token = await useToken(tx, { hash: services.secrets.fingerprint(PURPOSE, request.token), nodeId });
  if (token === undefined) throw fleet.fail('enrolment_token_invalid');
  const name = token.name ?? nameFrom(machine.hostname);
  const { taskId, publicKey } = await addNode(tx, services, {
    actor: enrolmentActor,
    correlationId,
    userId: token.createdBy,
    nodeId,
    node: {
      name,
      region: token.region,
      address: machine.address,
      username: SERVICE_USER,
      hostKey: machine.hostKey,
      notes: machine.notes,
      credential: null,
    },
  });
  return { nodeId, name, publicKey, taskId };
}

/** The first label of a host name, as far as a node may be called so. */
export function nameFrom(hostname: string): string {
  const label = (hostname.split('.')[0] ?? '').toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  return label.slice(0, 63).replace(/^-+|-+$/g, '') || 'node';
}
