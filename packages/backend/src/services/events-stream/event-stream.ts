/**
 * The live events of one caller as server-sent events. The feed gives every event of the organization once and in order, or a reset; here they
 * become text, with a heartbeat for the proxies between and a regular look at whether the session still stands.
 */
import type { Authentication, Clock, UserCaller } from '@portico/plugin-kit/backend';
import type { DomainEvent } from '@portico/plugin-kit/backend';
import { callerWithin } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { EventFeed, FeedItem } from '../outbox/event-feed';

/** Milliseconds between two signs of life, well under the minute after which proxies give a silent connection up. */
const HEARTBEAT_MILLISECONDS = 15_000;
/** Milliseconds between two looks at the session: how long a stream may outlive it. */
const REVALIDATE_MILLISECONDS = 3_000;
/** Milliseconds a browser waits before it connects again. */
const RECONNECT_MILLISECONDS = 2_000;
/** Streams of one user on one replica. A browser's tabs share one, so this is a person with many devices, or a program gone wrong. */
export const STREAMS_PER_USER_MAX = 20;
/** Without it the stream ends, also when it is taken away later. */
const PERMISSION = 'events.stream.read';
/** Version of the envelope. */
const ENVELOPE_VERSION = 1;

export class EventStreams {
  readonly #open = new Map<string, number>();

  constructor(
    private readonly services: {
      feed: EventFeed;
      authentication: Authentication;
      clock: Clock;
      /** Of all contracts. */
      personalEvents: ReadonlyMap<string, string | null>;
    },
  ) {}

  /** Throws `rate_limited` when the user has too many open. */
  stream(request: { caller: UserCaller; lastEventId: string | undefined; signal: AbortSignal }): AsyncIterable<string> {
    const { caller } = request;
    if ((this.#open.get(caller.userId) ?? 0) >= STREAMS_PER_USER_MAX) {
      throw common.fail('rate_limited', {
        message: `You have ${STREAMS_PER_USER_MAX} event streams open; close one first.`,
        details: { limit: 'eventStreams', open_max: STREAMS_PER_USER_MAX },
        retryAfterSeconds: RECONNECT_MILLISECONDS / 1000,
      });
    }
    return this.#lines(request);
  }

  async *#lines({ caller, lastEventId, signal }: Parameters<EventStreams['stream']>[0]): AsyncGenerator<string> {
    const { feed, clock } = this.services;
    const ended = new AbortController();
    const over = AbortSignal.any([signal, ended.signal]);
    const afterPosition = positionOf(lastEventId);
    const listener = { caller };
    const items = feed.subscribe({
      ...(afterPosition === undefined ? {} : { afterPosition }),
      organizationId: caller.organizationId,
      filter: event => this.#isFor(listener.caller, event),
      signal: over,
    });
    this.#count(caller.userId, 1);
    try {
      void this.#watchSession(listener, ended, over);
      yield `retry: ${RECONNECT_MILLISECONDS}\n\n`;
      let next = items.next();
      while (!over.aborted) {
        const heard = new AbortController();
        const beat = clock
          .sleep(HEARTBEAT_MILLISECONDS, AbortSignal.any([over, heard.signal]))
          .then(() => 'beat' as const);
        const outcome = await Promise.race([next, beat]);
        heard.abort();
        if (outcome === 'beat') {
          if (!over.aborted) yield ': still here\n\n';
          continue;
        }
        if (outcome.done) return;
        next = items.next();
        yield lineOf(outcome.value);
      }
    } finally {
      this.#count(caller.userId, -1);
      ended.abort();
      await items.return();
    }
  }

  /** What happens to somebody's own account is their business: a viewer need not learn that a colleague has lost their second factor. */
  #isFor({ userId, onlyProjectId, permissions }: UserCaller, { eventType, payload }: DomainEvent): boolean {
    if (onlyProjectId !== null && payload['project_id'] !== onlyProjectId) return false;
    const permission = this.services.personalEvents.get(eventType);
    if (permission === undefined || payload['user_id'] === userId) return true;
    return permission !== null && permissions.has(permission);
  }

  /**
   * Ends the stream with the session, and keeps up with what the listener may do. A database that cannot be asked is no answer: the stream stays, as everything
   * else that is open does.
   */
  async #watchSession(listener: { caller: UserCaller }, ended: AbortController, over: AbortSignal): Promise<void> {
    const { caller } = listener;
    while (!over.aborted) {
      await this.services.clock.sleep(REVALIDATE_MILLISECONDS, over);
      if (over.aborted) return;
      try {
        const now = await this.services.authentication.revalidate(caller);
        if (now === null || !mayStillListen(now, caller)) ended.abort();
        else listener.caller = { ...caller, permissions: now.permissions };
      } catch {
        continue;
      }
    }
  }

  #count(userId: string, change: 1 | -1): void {
    const open = (this.#open.get(userId) ?? 0) + change;
    if (open === 0) this.#open.delete(userId);
    else this.#open.set(userId, open);
  }
}

/** Also whoever may listen, but no longer as widely as when the stream was opened, opens another. */
function mayStillListen(now: UserCaller, then: UserCaller): boolean {
  return (
    now.permissions.has(PERMISSION) &&
    now.restriction === null &&
    now.organizationId === then.organizationId &&
    callerWithin(now, PERMISSION).onlyProjectId === then.onlyProjectId
  );
}

/** What is no position of ours is one that is no longer kept: the feed answers it with a reset. */
function positionOf(lastEventId: string | undefined): number | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  return /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : -1;
}

function lineOf(item: FeedItem): string {
  if (item.kind === 'reset') return `id: ${item.position}\nevent: reset\ndata: {}\n\n`;
  return `id: ${item.position}\ndata: ${JSON.stringify(envelope(item.event))}\n\n`;
}

/** The envelope of the contract. */
export function envelope(event: DomainEvent): object {
  return {
    event_id: event.eventId,
    event_type: event.eventType,
    occurred_at: new Date(event.occurredAt).toISOString(),
    version: ENVELOPE_VERSION,
    correlation_id: event.correlationId,
    organization_id: event.organizationId,
    payload: event.payload,
  };
}
