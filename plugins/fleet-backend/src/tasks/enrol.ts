import { PermanentStepError } from '@portico/plugin-kit/backend';
import type { Actor, StepContext, TaskDefinition } from '@portico/plugin-kit/backend';
import { RuntimeError } from '@portico/plugin-fleet/port';
import { moveNode } from '../actions/move-node';
import { recordVerdictIn } from '../actions/record-verdict';
import type { NodeServices } from '../node-services';
import { probeNode } from '../probe/probe-node';
import type { ProbeResult } from '../probe/probe-node';
import { withConnection } from '../ssh/connections';
import type { NodeConnection } from '../ssh/node-connection';
import { credentialsOf, forgetGivenCredential } from '../store/node-credentials';
import { changeNode, nodeById, nodeForUpdate } from '../store/nodes';
import type { NodeRow } from '../store/nodes';
import { installKeyScript } from './install-key-script';

export const enrolTask = 'fleet.enrol';

export interface EnrolInput {
  readonly nodeId: string;
  /** Portico's own for this node: to be installed. */
  readonly publicKey: string;
}

/** What no retry mends, by what a node says. */
const permanent: Partial<Record<string, string>> = {
  access_denied: 'credentials_refused',
  host_key_changed: 'host_key_mismatch',
};

const quick = { attemptsMax: 3, backoffSeconds: 2, backoffSecondsMax: 10 } as const;
/** A machine that enrols itself authorizes the key after it was told it: a few seconds, a minute on a slow one. */
const patient = { attemptsMax: 24, backoffSeconds: 2, backoffSecondsMax: 5 } as const;

/**
 * Brings a node in: logs in with what an administrator gave, once, puts Portico's own key beside the keys that are there, tries it, forgets what was given, and examines the machine. Of a machine
 * that enrols itself by token nothing was given: it authorizes the key itself. The host key is pinned before the first of these connects.
 */
export function enrolDefinition(services: NodeServices): TaskDefinition<EnrolInput> {
  type Context = StepContext<EnrolInput>;
  return {
    kind: enrolTask,
    steps: [
      {
        name: 'connect',
        deadlineSeconds: 60,
        retry: quick,
        run: ({ input, taskId, report, signal }: Context) =>
          byGivenCredential(services, { ...input, taskId }, async connection => {
            if (connection === null) return report('The machine authorizes Portico’s key itself.');
            const said = await connection.run('id -un; uname -sr', { signal });
            report(`Logged in, and became ${said.stdout.trim().replace('\n', ' on ')}.`);
          }),
      },
      {
        name: 'install_key',
        deadlineSeconds: 60,
        retry: quick,
        run: ({ input, taskId, report, signal }: Context) =>
          byGivenCredential(services, { ...input, taskId }, async (connection, username) => {
            if (connection === null) return;
            const args = [username, input.publicKey];
            const said = await connection.run(installKeyScript, { args, signal });
            if (said.status !== 0)
              throw new RuntimeError('runtime_failed', `The key could not be installed: ${said.stderr.trim()}`);
            report(said.stdout.trim());
          }),
      },
      {
        name: 'verify',
        deadlineSeconds: 30,
        retry: patient,
        run: ({ input, taskId, report, signal }: Context) =>
          told(async () => {
            await requireCurrent(services, { ...input, taskId });
            await services.ssh.connections.to(input.nodeId).run('true', { signal });
            report('Portico’s own key works. What was given is forgotten.');
          }, 'its own key'),
        async commit(tx, { input, taskId }) {
          await forgetGivenCredential(tx, input.nodeId);
          const node = await nodeForUpdate(tx, input.nodeId);
          if (node !== undefined) await moveNode(tx, services, { node, event: 'enrolled', actor: taskActor(taskId) });
        },
      },
      {
        name: 'probe',
        deadlineSeconds: 180,
        retry: quick,
        async run({ input, report }: Context) {
          const result = await probeNode(services.ssh.connections.to(input.nodeId), services.clock);
          if (result.error !== undefined) throw result.error;
          for (const { status, check, message } of result.verdict.checks)
            if (status === 'failed' || status === 'warned') report(`${check} ${status}: ${message}`);
          report(`The probe ${result.verdict.verdict === 'failed' ? 'found what must be mended first' : 'passed'}.`);
          return { verdict: result.verdict, capacity: result.capacity };
        },
        async commit(tx, { input, taskId }, result) {
          const { verdict, capacity } = result as Pick<ProbeResult, 'verdict' | 'capacity'>;
          await recordVerdictIn(tx, services, {
            nodeId: input.nodeId,
            result: { verdict, capacity, error: undefined },
            actor: taskActor(taskId),
          });
        },
      },
    ],
    async finished(tx, { input, task, outcome, error }) {
      const node = await nodeForUpdate(tx, input.nodeId);
      if (node?.enrolment_task_id !== task.taskId) return;
      await forgetGivenCredential(tx, input.nodeId);
      if (outcome !== 'completed' && node.status === 'registered')
        await changeNode(tx, input.nodeId, { status_reason: error?.message ?? 'Its enrolment was cancelled.' });
    },
  };

  /** Null: nothing was given, or it is forgotten already because a later step had succeeded. */
  async function byGivenCredential(
    { database, ssh }: NodeServices,
    input: EnrolInput & { taskId: string },
    work: (connection: NodeConnection | null, username: string) => Promise<void>,
  ): Promise<void> {
    await told(async () => {
      const node = await requireCurrent(services, input);
      const given = (await credentialsOf(database.read, input.nodeId))?.givenEncrypted ?? null;
      if (node.username === null || node.host_key === null || node.address_host === null || node.address_port === null)
        throw new PermanentStepError('not_found', 'The node has no address any more.');
      if (given === null) return work(null, node.username);
      const { username, host_key: hostKey } = node;
      const address = { host: node.address_host, port: node.address_port };
      const login = { address, hostKey, username, credential: ssh.keys.unseal(given) };
      await withConnection({ policy: ssh.policy, login }, connection => work(connection, username));
    }, 'what was given');
  }
}

/** A node that was deleted, or is enrolled anew since, is none of an earlier task's business. */
async function requireCurrent(
  { database }: NodeServices,
  { nodeId, taskId }: { nodeId: string; taskId: string },
): Promise<NodeRow> {
  const node = await nodeById(database.read, nodeId);
  if (node?.enrolment_task_id !== taskId)
    throw new PermanentStepError('not_found', 'The node was deleted, or is enrolled by another task now.');
  return node;
}

async function told(work: () => Promise<void>, login: string): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = error instanceof RuntimeError ? permanent[error.code] : undefined;
    // Its own key may be authorized in a moment; what a person gave does not become right by trying again.
    if (code === undefined || (code === 'credentials_refused' && login === 'its own key')) throw error;
    throw new PermanentStepError(code, (error as Error).message, { cause: error });
  }
}

function taskActor(taskId: string): Actor {
  return { type: 'task', id: taskId };
}
