import { useEffect, useState } from 'react';
import { useAction } from '@portico/plugin-kit/ui';
import { signInPage } from './sign-in-pages';

/** A pause in typing, after which it is worth asking. */
const PAUSE_MILLISECONDS = 300;
const words = ['Guessed at once', 'Weak', 'Could be stronger', 'Good', 'Strong'] as const;

interface Verdict {
  password: string;
  score: number;
  isAcceptable: boolean;
  advice: string | null;
}

/** How strong what is typed would be, by the rules that decide when it is sent. Says nothing until something is typed, and nothing wrong when it cannot ask. */
export function PasswordAdvice({ password, username, email }: { password: string; username?: string; email?: string }) {
  const check = useAction(signInPage, 'checkPassword');
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const { mutate } = check;
  useEffect(() => {
    if (password === '') return undefined;
    const asked = new AbortController();
    const timer = setTimeout(() => {
      mutate(
        {
          body: { password, ...(username ? { username } : {}), ...(email ? { email } : {}) },
          signal: asked.signal,
        },
        {
          onSuccess: reply =>
            setVerdict({ password, score: reply.score, isAcceptable: reply.is_acceptable, advice: reply.advice }),
        },
      );
    }, PAUSE_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [password, username, email, mutate]);
  if (password === '' || verdict === null) return <div className="password-advice" role="status" />;
  const { score, isAcceptable, advice } = verdict;
  const look = isAcceptable ? (score >= 4 ? 'strong' : 'good') : 'weak';
  return (
    <div className={`password-advice password-${look}`} role="status">
      <div className="password-bar" aria-hidden="true">
        {[1, 2, 3, 4].map(step => (
          <span key={step} className={score >= step ? 'is-filled' : ''} />
        ))}
      </div>
      <div>
        <strong>{isAcceptable ? words[Math.max(score, 3)] : (words[Math.min(score, 2)] ?? words[0])}.</strong> {advice}
      </div>
    </div>
  );
}
