import { useEffect, useRef, useState } from 'react';
import { CloseIcon, SearchIcon } from './icons';

export interface SearchFieldProps {
  label: string;
  value: string;
  /** Called when typing pauses, on Enter and when cleared. */
  onChange: (value: string) => void;
  placeholder?: string;
}

const PAUSE_MS = 300;

export function SearchField({ label, value, onChange, placeholder }: SearchFieldProps) {
  const [draft, setDraft] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setDraft(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = (text: string) => {
    clearTimeout(timer.current);
    if (text !== value) onChange(text);
  };
  const type = (text: string) => {
    setDraft(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => send(text), PAUSE_MS);
  };
  const clear = () => {
    setDraft('');
    send('');
    input.current?.focus();
  };
  return (
    <div className="pt-input-frame pt-search" role="search">
      <SearchIcon size={16} className="pt-search-icon" />
      <input
        ref={input}
        className="pt-input"
        type="search"
        aria-label={label}
        placeholder={placeholder ?? label}
        value={draft}
        onChange={event => type(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') send(draft);
          if (event.key === 'Escape' && draft !== '') clear();
        }}
      />
      {draft !== '' && (
        <button type="button" className="pt-input-button" aria-label="Clear search" onClick={clear}>
          <CloseIcon size={14} />
        </button>
      )}
    </div>
  );
}
