import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Where pictures go; none are taken when it is not set. */
const screenshots = process.env.PORTICO_SCREENSHOTS;
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export const viewports = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

export async function picture(page: Page, name: string): Promise<void> {
  if (screenshots === undefined) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
}

/** The page as it is: everybody can use it, and nothing sticks out of it. */
export async function inspect(page: Page, name: string): Promise<void> {
  // Colours are looked at once they have arrived; what turns for ever never does. A change of theme begins with the next frame.
  await page.evaluate(async () => {
    await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const passing = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(passing.map(animation => animation.finished));
  });
  await picture(page, name);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect({ name, overflow }).toEqual({ name, overflow: 0 });
  // Otherwise each look opens a tab of its own to put frames of other origins together, which pages have none of.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await axe.withTags(rules).analyze();
  expect(
    violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(node => node.target.join(' ')).join(', ')}`),
  ).toEqual([]);
}

/** In both themes; leaves it in the light one. */
export async function inspectThemes(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await inspect(page, `${name}-${colorScheme}`);
  }
}

/** Dark on a phone, then light and wide: for what is on a page that is looked at everywhere already, such as a dialog. Leaves it wide and light. */
export async function inspectTwice(page: Page, name: string): Promise<void> {
  for (const [size, colorScheme] of [
    ['phone', 'dark'],
    ['wide', 'light'],
  ] as const) {
    await page.setViewportSize(viewports[size]);
    await page.emulateMedia({ colorScheme });
    await inspect(page, `${name}-${size}-${colorScheme}`);
  }
}

/** In both themes on both widths; leaves it wide and light. */
export async function inspectEverywhere(page: Page, name: string): Promise<void> {
  for (const size of ['phone', 'wide'] as const) {
    await page.setViewportSize(viewports[size]);
    await inspectThemes(page, `${name}-${size}`);
  }
}
