/** For the tools that build sandboxes, which live in sbin on some systems. Nothing of the backend's own environment. */
export const HOST_ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
