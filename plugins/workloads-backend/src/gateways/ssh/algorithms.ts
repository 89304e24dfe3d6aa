import type { Algorithms } from 'ssh2';

/**
 * What the gateway speaks, in the order of preference; the client's order decides among these. AES comes from OpenSSL; ChaCha20-Poly1305
 * is left out because `ssh2` computes its authenticator in JavaScript, which OpenSSH clients would choose and pay for with most of their
 * throughput. No SHA-1. Of the finite-field groups only the 2048-bit one: larger ones cost an anonymous client nothing and this process
 * a tenth of a second. No compression: it is a way to make the other side allocate.
 */
export const algorithms: Algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group14-sha256',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
};

/** Kinds of signature a client may prove its key with (RFC 8332: RSA with SHA-2). */
export const signatureAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
