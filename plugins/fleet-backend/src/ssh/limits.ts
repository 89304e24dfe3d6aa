/** Sessions on one connection. sshd allows 10 (`MaxSessions`); two are left for those that are just closing. */
export const SESSIONS_PER_CONNECTION_MAX = 8;
/** Connections to one node. 48 commands at once are more than a node's disk and podman do in parallel. */
export const CONNECTIONS_PER_NODE_MAX = 6;
/** Commands that wait for a session of one node; the next one is told that the node is busy. */
export const WAITING_PER_NODE_MAX = 256;
/** Seconds to wait for a session before the node counts as too busy to be worked with. */
export const SESSION_WAIT_SECONDS = 30;
/** Tries to open one session where sshd refuses, and milliseconds before the second; each rest is twice the one before, 1.3 s in all. */
export const OPEN_ATTEMPTS_MAX = 7;
export const OPEN_REST_MILLISECONDS = 10;
/** Seconds for TCP, key exchange and login together. A node that needs longer is not one to place work on. */
export const CONNECT_SECONDS = 10;
/** Seconds between two signs of life on a connection; two without an answer and it is lost, within 12 seconds. */
export const KEEPALIVE_SECONDS = 4;
export const KEEPALIVES_MISSED_MAX = 2;
/** Seconds an unused connection is kept. Longer than the rest between two heartbeats, so that those find it open. */
export const IDLE_SECONDS = 120;
/** Seconds a connection is given out for: another replica may have changed the node's address, login or host key meanwhile. What runs on it then goes on to its end. */
export const CONNECTION_AGE_SECONDS = 10 * 60;
/** Seconds a command without a time of its own may take. */
export const RUN_SECONDS_DEFAULT = 60;
/** Seconds beyond a command's time in which the node itself must have ended it and said so. */
export const RUN_GRACE_SECONDS = 10;
