import type { Session } from '@portico/plugin-kit/ui';
import { showToast } from '@portico/ui';
import { useEffect, useMemo, useRef } from 'react';

const SESSION_CHANNEL = 'portico-session';

type Message =
  /** Somebody signed in or out: the session is shared. */
  | { kind: 'session' }
  /** A tab works elsewhere now. Projects are not shared: this is for people, who may have forgotten that they have several tabs. */
  | { kind: 'project'; userId: string; projectId: string; place: string };

export interface OtherTabs {
  announceSession(): void;
  announceProject(session: Session): void;
}

/** Where a tab works, as people call it. */
export function placeOf(session: Session): string {
  const project = session.projects.find(({ projectId }) => projectId === session.projectId)?.name ?? 'another project';
  return session.organizations.length > 1 ? `${project} of ${session.organization.name}` : project;
}

/** Tabs share one session: when one of them signs in or out, the others ask again who is there. */
export function useOtherTabs(session: Session | null, onSession: () => void): OtherTabs {
  const latest = useRef({ session, onSession });
  latest.current = { session, onSession };
  const channel = useRef<BroadcastChannel | null>(null);
  useEffect(() => {
    const opened = new BroadcastChannel(SESSION_CHANNEL);
    opened.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind === 'session') latest.current.onSession();
      else warn(data, latest.current.session);
    };
    channel.current = opened;
    return () => opened.close();
  }, []);
  return useMemo(() => {
    const say = (message: Message) => channel.current?.postMessage(message);
    return {
      announceSession: () => say({ kind: 'session' }),
      announceProject: there =>
        say({ kind: 'project', userId: there.user.userId, projectId: there.projectId, place: placeOf(there) }),
    };
  }, []);
}

function warn(message: Extract<Message, { kind: 'project' }>, session: Session | null): void {
  if (session === null || session.user.userId !== message.userId || session.projectId === message.projectId) return;
  showToast({
    tone: 'info',
    title: `Another tab works in ${message.place} now.`,
    description: `This one stays in ${placeOf(session)}.`,
  });
}
