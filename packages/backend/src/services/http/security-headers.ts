import type { IncomingMessage, ServerResponse } from 'node:http';

/** A year, the usual minimum of preload lists. */
const HSTS_SECONDS = 365 * 24 * 60 * 60;

/** On everything the server says. The API needs no content at all, so its policy allows none; pages replace it by `pagePolicy`. */
export function setSecurityHeaders(response: ServerResponse, options: { secure: boolean }): void {
  response.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  );
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'same-origin');
  response.setHeader(
    'Permissions-Policy',
    'camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()',
  );
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('X-Frame-Options', 'DENY');
  // Over plain HTTP browsers ignore it; on a loopback portal it would lock the developer out of other ports.
  if (options.secure) response.setHeader('Strict-Transport-Security', `max-age=${HSTS_SECONDS}`);
}

/** The policy of pages. The nonce is for the style element that xterm makes; nothing else inline is let in. */
export function pagePolicy(
  request: IncomingMessage,
  options: { nonce: string; secure: boolean; formTargets: readonly string[] },
): string {
  // 'self' covers WebSockets of the same origin in current browsers; Safari before 15.4 wants them spelled out.
  const socket = `${options.secure ? 'wss' : 'ws'}://${request.headers.host ?? ''}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${options.nonce}'`,
    "font-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${/^[\w.:[\]-]+$/.test(request.headers.host ?? '') ? ` ${socket}` : ''}`,
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    ["form-action 'self'", ...options.formTargets].join(' '),
  ].join('; ');
}
