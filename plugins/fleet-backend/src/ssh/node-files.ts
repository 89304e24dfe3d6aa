/** Where Portico keeps its own on a node. Nothing else of the node is its. */
export const NODE_STATE_DIRECTORY = '/var/lib/portico';

/**
 * The configuration podman is run with (`CONTAINERS_CONF`) wherever the file exists. The probe writes it on machines where podman's own defaults do not work: hybrid control groups, which crun
 * refuses, and logins that may not raise limits.
 */
export const CONTAINERS_CONF_PATH = '/etc/portico/containers.conf';
