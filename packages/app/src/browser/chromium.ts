import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const executablePath = process.env.PORTICO_CHROMIUM ?? '/usr/bin/chromium';
/** Chromium without what needs a desktop, a GPU or the network of its maker. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openChromium(): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(
      `There is no Chromium at ${executablePath}: install Debian's package \`chromium\`, or set PORTICO_CHROMIUM.`,
    );
  return chromium.launch({ executablePath, args });
}

/** What a page must never do: throw, or be refused something by its content security policy. */
export function collectFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', error => faults.push(`thrown: ${error.message}`));
  page.on('console', message => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  return faults;
}
