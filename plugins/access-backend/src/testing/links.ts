import { LINK_TOKEN_PATTERN } from '@portico/plugin-access/contract';
import type { CaughtMail } from '@portico/plugin-kit/testing';

const TOKEN = new RegExp(LINK_TOKEN_PATTERN);

/** The token of the link in a message, which leads to a page of the portal and stands in the fragment. */
export function tokenIn(mail: CaughtMail | undefined, page: '/account/verify-email' | '/login/reset'): string {
  const line = mail?.text.split('\n').find(text => text.includes(`${page}#`));
  const token = line?.trim().split('#')[1] ?? '';
  if (!TOKEN.test(token)) throw new Error(`no link to ${page} in: ${mail?.text ?? 'no message'}`);
  return token;
}
