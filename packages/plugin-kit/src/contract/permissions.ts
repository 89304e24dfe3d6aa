/** A permission is data: an action and one sentence that completes "may …". Roles are named sets of them; code asks for actions only. */
export type PermissionDefinitions = Readonly<Record<string, string>>;

export function definePermissions<const Definitions extends PermissionDefinitions>(
  definitions: Definitions,
): Definitions {
  return definitions;
}

/** What decides about an operation that is about the caller alone. */
export const AUTHENTICATED = 'authenticated';
/** What decides about an operation that anyone may call. */
export const PUBLIC = 'public';
