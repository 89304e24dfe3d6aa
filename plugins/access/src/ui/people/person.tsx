import './people.css';

interface PersonProps {
  person: { username: string; display_name: string; email?: string | null; is_caller?: boolean };
}

/** Who it is: the name people use, and the one that is unique. */
export function Person({ person }: PersonProps) {
  const { display_name: name, username, email, is_caller: isCaller } = person;
  return (
    <>
      <span className="person-name">
        {name}
        {isCaller && <span className="person-you">You</span>}
      </span>
      <span className="person-note">{email ?? `@${username}`}</span>
    </>
  );
}
