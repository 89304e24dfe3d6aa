/** Long enough for a slow machine under load; a condition that holds is noticed within milliseconds. */
const WAIT_MILLISECONDS_MAX = 20_000;
const LOOK_EVERY_MILLISECONDS = 5;

/** Waits until `condition` gives something truthy and returns it; says what it waited for when that never comes. */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
  what = condition.toString(),
): Promise<Exclude<Value, undefined | null | false | 0 | ''>> {
  const deadline = Date.now() + WAIT_MILLISECONDS_MAX;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<Value, undefined | null | false | 0 | ''>;
    if (Date.now() > deadline) throw new Error(`waited ${WAIT_MILLISECONDS_MAX} ms in vain for: ${what}`);
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
  }
}
