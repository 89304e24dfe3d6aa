import { Banner } from '@portico/ui';

export interface FormError {
  /** Of the field. */
  readonly id: string;
  readonly message: string;
}

/** What keeps the form from being sent, each with a link to its field. */
export function ErrorSummary({ errors }: { errors: readonly FormError[] }) {
  if (errors.length === 0) return null;
  return (
    <Banner tone="failed" title={errors.length === 1 ? 'One thing is missing' : `${errors.length} things are missing`}>
      <ul className="node-errors">
        {errors.map(({ id, message }) => (
          <li key={id}>
            <a
              href={`#${id}`}
              onClick={event => {
                event.preventDefault();
                document.getElementById(id)?.focus();
              }}
            >
              {message}
            </a>
          </li>
        ))}
      </ul>
    </Banner>
  );
}
