import { createApiRef } from '@backstage/frontend-plugin-api';

/** The envelope of the contract's events, as far as pages need it. */
export interface LiveEvent {
  readonly event_id: string;
  readonly event_type: string;
  readonly occurred_at: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** `reset`: events were missed, whatever is shown must be read again. */
export type LiveMessage = { kind: 'event'; event: LiveEvent } | { kind: 'reset' };

export interface LiveEvents {
  subscribe(listener: (message: LiveMessage) => void): () => void;
}

export const liveEventsRef = createApiRef<LiveEvents>({ id: 'portico.live-events' });

const CHANNEL = 'portico-live-events';
const LEADER_LOCK = 'portico-live-events-leader';
const RECONNECT_MILLISECONDS = 2_000;
const RECONNECT_MILLISECONDS_MAX = 30_000;
/** A lock that is free is given at once; whoever waited longer than this followed another tab. */
const FOLLOWED_MILLISECONDS = 500;

/**
 * One stream per browser and project worked in: its tabs elect a leader by a Web Lock, the leader holds the only `EventSource` and passes messages on over a
 * `BroadcastChannel`. When the leader's tab closes, the lock moves on and the next one reconnects; since it cannot know what was missed meanwhile, it says `reset`.
 */
export function createLiveEvents(options: { url: string }): LiveEvents & { start(projectId: string): () => void } {
  const listeners = new Set<(message: LiveMessage) => void>();
  const deliver = (message: LiveMessage) => listeners.forEach(listener => listener(message));

  function lead(
    { url, channel, stopped }: { url: string; channel: BroadcastChannel; stopped: AbortSignal },
    hasFollowed: boolean,
  ): Promise<void> {
    return new Promise(resolve => {
      let source: EventSource | undefined;
      let wait = RECONNECT_MILLISECONDS;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let opened = false;
      const publish = (message: LiveMessage) => {
        deliver(message);
        channel.postMessage(message);
      };
      const connect = () => {
        source = new EventSource(url, { withCredentials: true });
        source.onopen = () => {
          wait = RECONNECT_MILLISECONDS;
          // A stream made anew carries no Last-Event-ID (the browser's own reconnects do), and one that another tab held ended with it.
          if (opened || hasFollowed) publish({ kind: 'reset' });
          opened = true;
        };
        source.addEventListener('reset', () => publish({ kind: 'reset' }));
        source.onmessage = (message: MessageEvent<string>) => {
          publish({ kind: 'event', event: JSON.parse(message.data) as LiveEvent });
        };
        source.onerror = () => {
          // The browser reconnects by itself unless the server refused; then we try again, more and more rarely.
          if (source?.readyState !== EventSource.CLOSED) return;
          // Refused: perhaps the session is over. Reading again tells, and leads to the sign-in page if so.
          if (opened || hasFollowed) publish({ kind: 'reset' });
          timer = setTimeout(connect, wait);
          wait = Math.min(wait * 2, RECONNECT_MILLISECONDS_MAX);
        };
      };
      connect();
      stopped.addEventListener('abort', () => {
        source?.close();
        clearTimeout(timer);
        resolve();
      });
    });
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start(projectId) {
      const stop = new AbortController();
      const channel = new BroadcastChannel(`${CHANNEL}:${projectId}`);
      const url = `${options.url}?project_id=${encodeURIComponent(projectId)}`;
      channel.onmessage = message => deliver(message.data as LiveMessage);
      const askedAt = performance.now();
      const becomeLeader = () =>
        lead({ url, channel, stopped: stop.signal }, performance.now() - askedAt > FOLLOWED_MILLISECONDS);
      navigator.locks
        .request(`${LEADER_LOCK}:${projectId}`, { signal: stop.signal }, becomeLeader)
        .catch((error: unknown) => {
          if (!stop.signal.aborted) throw error;
        });
      return () => {
        stop.abort();
        channel.close();
      };
    },
  };
}
