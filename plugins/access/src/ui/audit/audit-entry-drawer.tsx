import type { listAllAuditLogs } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import {
  ArrowDownIcon,
  ArrowUpIcon,
  Banner,
  Button,
  CopyButton,
  Drawer,
  Id,
  Inline,
  Instant,
  KeyValueList,
  RelativeTime,
  Stack,
} from '@portico/ui';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import type { AuditQuery } from './audit-url';
import './audit.css';

export type AuditEntry = ReplyOf<typeof listAllAuditLogs>['items'][number];

interface AuditEntryDrawerProps {
  entry: AuditEntry;
  onClose: () => void;
  /** Absent at the end of the page. */
  onNewer: (() => void) | undefined;
  onOlder: (() => void) | undefined;
  onNarrow: (query: AuditQuery) => void;
}

/** Everything that is kept of one deed. The arrow keys step through the deeds of the page, as they do in a mailbox. */
export function AuditEntryDrawer({ entry, onClose, onNewer, onOlder, onNarrow }: AuditEntryDrawerProps) {
  useEffect(() => {
    const step = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const go = event.key === 'ArrowUp' ? onNewer : event.key === 'ArrowDown' ? onOlder : undefined;
      if (go === undefined) return;
      event.preventDefault();
      go();
    };
    window.addEventListener('keydown', step);
    return () => window.removeEventListener('keydown', step);
  }, [onNewer, onOlder]);

  const { actor, resource, seal, on_behalf_of: onBehalfOf } = entry;
  return (
    <Drawer
      isOpen
      onClose={onClose}
      title={entry.action}
      footer={
        <>
          <Button icon={ArrowUpIcon} onPress={onNewer} isDisabled={onNewer === undefined}>
            Newer
          </Button>
          <Button icon={ArrowDownIcon} onPress={onOlder} isDisabled={onOlder === undefined}>
            Older
          </Button>
        </>
      }
    >
      <Stack gap="loose">
        {entry.action === 'authorization.denied' && <Banner tone="warning">{whyRefused(entry.changes)}</Banner>}
        <KeyValueList
          items={[
            {
              label: 'When',
              value: (
                <>
                  <Instant at={entry.at} withSeconds /> (<RelativeTime at={entry.at} />)
                </>
              ),
            },
            { label: 'Actor', value: <>{actorText(actor)}</> },
            ...(onBehalfOf === null
              ? []
              : [
                  {
                    label: onBehalfOf.type === 'organization' ? 'Looking into' : 'Working for',
                    value: <CopyableId value={onBehalfOf.id} what={`${onBehalfOf.type} id`} />,
                  },
                ]),
            { label: 'Actor id', value: <CopyableId value={actor.id} what="actor id" /> },
            ...(actor.key_id === null
              ? []
              : [{ label: 'API key', value: <CopyableId value={actor.key_id} what="API key id" /> }]),
            ...(actor.support_session_id === null
              ? []
              : [
                  {
                    label: 'Support session',
                    value: <CopyableId value={actor.support_session_id} what="support session id" />,
                  },
                ]),
            { label: 'Session', value: <CopyableId value={actor.session_id} what="session id" /> },
            { label: 'Address', value: <CopyableId value={actor.address} what="address" /> },
            { label: 'Resource', value: resource.type },
            { label: 'Resource id', value: <CopyableId value={resource.id} what="resource id" /> },
            { label: 'Organization', value: <CopyableId value={entry.organization_id} what="organization id" /> },
            { label: 'Project', value: <CopyableId value={entry.project_id} what="project id" /> },
            { label: 'Request', value: <CopyableId value={entry.correlation_id} what="correlation id" /> },
            { label: 'Reason', value: entry.reason },
          ]}
        />
        <section aria-label="Changes">
          <h3 className="audit-heading">Changes</h3>
          <Changes changes={entry.changes} />
        </section>
        <section aria-label="Related">
          <h3 className="audit-heading">Show only</h3>
          <Inline gap="tight">
            <Button size="small" onPress={() => onNarrow({ actor_id: actor.id })}>
              This actor
            </Button>
            {actor.type !== 'user' && (
              <Button size="small" onPress={() => onNarrow({ actor_id: actor.id, actor_type: actor.type })}>
                This actor as {actorKinds[actor.type].toLowerCase()}
              </Button>
            )}
            <Button size="small" onPress={() => onNarrow({ resource_type: resource.type, resource_id: resource.id })}>
              This resource
            </Button>
            <Button size="small" onPress={() => onNarrow({ correlation_id: entry.correlation_id })}>
              This request
            </Button>
            <Button size="small" onPress={() => onNarrow({ action: entry.action })}>
              This action
            </Button>
          </Inline>
        </section>
        <section aria-label="Seal">
          <h3 className="audit-heading">Seal</h3>
          {seal === null ? (
            <p className="pt-description">Not sealed yet: that takes a second after the deed.</p>
          ) : (
            <KeyValueList
              items={[
                { label: 'Position', value: seal.position },
                { label: 'Hash', value: <CopyableId value={seal.hash} what="hash" /> },
                { label: 'Hash before', value: <CopyableId value={seal.previous_hash} what="hash before" /> },
                { label: 'Entry', value: <CopyableId value={entry.audit_id} what="entry id" /> },
              ]}
            />
          )}
        </section>
      </Stack>
    </Drawer>
  );
}

/** Which kind acts, as a word to choose by. */
export const actorKinds: Readonly<Record<AuditEntry['actor']['type'], string>> = {
  user: 'User',
  api_key: 'API key',
  service_account: 'Service account',
  support: 'Support',
  task: 'Task',
  system: 'System',
};

/** Who acted, in words. */
export function actorText({ type, id, name }: AuditEntry['actor']): string {
  switch (type) {
    case 'user':
      return name ?? `A user (${id})`;
    case 'api_key':
      return `${name ?? id}, by API key`;
    case 'service_account':
      return `${name ?? id}, a service account`;
    case 'support':
      return `${name ?? id}, for support`;
    case 'task':
      return `A task (${id})`;
    case 'system':
      return `The system (${id})`;
  }
}

function CopyableId({ value, what }: { value: string | null; what: string }): ReactNode {
  if (value === null) return '–';
  return (
    <span className="audit-copyable">
      <Id value={value} />
      <CopyButton text={value} label={`Copy ${what}`} />
    </span>
  );
}

function Changes({ changes }: { changes: AuditEntry['changes'] }) {
  const fields = Object.entries(changes);
  if (fields.length === 0) return <p className="pt-description">No field changed.</p>;
  return (
    <table className="audit-changes">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(([field, change]) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            {change === 'changed' ? (
              <td colSpan={2} className="pt-description">
                Changed; the value is secret
              </td>
            ) : (
              <>
                <td>{valueText((change as { before?: unknown }).before)}</td>
                <td>{valueText((change as { after?: unknown }).after)}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function whyRefused(changes: AuditEntry['changes']): string {
  if ('demand' in changes)
    return 'This was refused because the sign-in lacked what is demanded below; nothing was done.';
  if ('refusal' in changes)
    return 'This was refused for the reason below, though the permission was there; nothing was done.';
  return 'This was refused for want of the permission below; nothing was done.';
}

/** Absent is a dash; null, which is a value, is written out. */
function valueText(value: unknown): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
