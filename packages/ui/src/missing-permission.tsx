import { createContext, useContext } from 'react';
import { LockIcon } from './icons';

/** Provided by the shell while one only looks on: then no permission is missing that anybody could grant. */
export const LooksOnContext = /* @__PURE__ */ createContext(false);

export interface MissingPermissionProps {
  /** The name to ask for. */
  permission: string;
  /** What it lets one do, as the contract says it: “may …”. */
  sentence: string;
  grantedBy?: string;
}

/** Where people look for an action they may not do: what is missing, and who can grant it. */
export function MissingPermission(props: MissingPermissionProps) {
  const { permission, sentence, grantedBy = 'an administrator of your organization' } = props;
  if (useContext(LooksOnContext)) return null;
  return (
    <p className="pt-missing-permission">
      <LockIcon size={14} />
      <span>
        {`You may not ${sentence}. It takes `}
        <code className="pt-id">{permission}</code>
        {`, which ${grantedBy} can grant.`}
      </span>
    </p>
  );
}
