import { curlCommand, type EquivalentRequest } from './curl-command';
import { CodeBlock } from './code';
import { Disclosure } from './disclosure';

/** What a button does, as the call that does the same: everything the portal can do, a program can. */
export function ApiCall(props: EquivalentRequest) {
  return (
    <Disclosure summary="Show as API call">
      <p className="pt-description">
        <code>PORTICO_TOKEN</code> holds an access token: what signing in with <code>{'"session": "token"'}</code>{' '}
        answers.
      </p>
      <CodeBlock code={curlCommand(props)} label="API call" isWrapped maxLines="short" />
    </Disclosure>
  );
}
