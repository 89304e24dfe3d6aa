import { isIP } from 'node:net';
import type { Settings } from '@portico/plugin-kit/backend';
import { workloadSettings } from '@portico/plugin-workloads/contract';

/** What a published port's host name begins with: `8888-alloc-01k…` below the configured domain. An underscore is no letter of a host name. */
const LABEL = /^([1-9][0-9]{0,4})-alloc-([0-9a-z]{1,40})$/;
const ALLOCATION = /^alloc_([0-9a-z]{1,40})$/;
/** How far above the portal's port, so that portals side by side on one machine are told apart by PORTICO_PORT alone. */
const PORT_DISTANCE = 16;
const PORT_MAX = 65_535;

export interface PublishedPort {
  readonly allocationId: string;
  readonly port: number;
}

/** Where people reach published ports: an origin of its own for each, so that what runs there has neither the portal's cookies nor another workload's. */
export interface PublishedAddress {
  /** Null when the portal has no domain for them. */
  urlOf(published: PublishedPort): string | null;
  /** Which port a `Host` header means. */
  portOf(host: string | undefined): PublishedPort | undefined;
  readonly isSecure: boolean;
  /** For a content security policy: everywhere a form with a ticket may go. Null when there is no domain. */
  formTarget(): string | null;
  /** Told by the gateway once it listens; matters where the configured port is 0. */
  listeningOn(port: number): void;
}

export function publishedPortsPort(settings: Settings): number {
  const { port } = settings.server;
  const following = port === 0 ? 0 : port + PORT_DISTANCE;
  return settings.of(workloadSettings).publishedPorts.port ?? (following > PORT_MAX ? port - PORT_DISTANCE : following);
}

/**
 * By default only a portal people reach as `localhost` has published ports, below `*.localhost`, which browsers resolve to their own machine. Elsewhere they need a wildcard
 * domain, and better one of its own: workloads may set cookies for the domain above them.
 */
export function createPublishedAddress(settings: Settings): PublishedAddress {
  const { publicUrl } = settings.of(workloadSettings).publishedPorts;
  const portal = new URL(settings.server.publicUrl).hostname;
  const isLocal = portal === 'localhost' || (isIP(portal) === 4 && portal.startsWith('127.'));
  let listening = publishedPortsPort(settings);
  const base = (): { scheme: string; suffix: string } | undefined => {
    if (publicUrl !== '') {
      const [scheme = 'https', suffix = ''] = publicUrl.split('://*');
      return { scheme, suffix };
    }
    return isLocal ? { scheme: 'http', suffix: `.localhost:${listening}` } : undefined;
  };
  return {
    isSecure: publicUrl.startsWith('https://'),
    urlOf({ allocationId, port }) {
      const to = base();
      const id = ALLOCATION.exec(allocationId)?.[1];
      return to === undefined || id === undefined ? null : `${to.scheme}://${port}-alloc-${id}${to.suffix}`;
    },
    portOf(host) {
      const to = base();
      const name = host?.toLowerCase();
      if (to === undefined || name === undefined || !name.endsWith(to.suffix)) return undefined;
      const [, port, id] = LABEL.exec(name.slice(0, -to.suffix.length)) ?? [];
      return port === undefined || id === undefined || Number(port) > PORT_MAX
        ? undefined
        : { allocationId: `alloc_${id}`, port: Number(port) };
    },
    formTarget() {
      const to = base();
      return to === undefined ? null : `${to.scheme}://*${to.suffix}`;
    },
    listeningOn(port) {
      listening = port;
    },
  };
}
