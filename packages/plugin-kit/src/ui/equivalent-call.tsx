import { useApi } from '@backstage/frontend-plugin-api';
import { ApiCall } from '@portico/ui';
import type { OperationShape } from '../contract';
import { apiClientRef } from './api-client';
import type { Arguments } from './api-client';
import type { PageDefinition } from './page';

/** A write of a page, as the API call that does the same with the same body. */
export function EquivalentCall<Page extends PageDefinition, Name extends keyof Page['operations'] & string>(props: {
  page: Page;
  name: Name;
  args: Arguments<Page['operations'][Name]>;
  idempotencyKey?: string | undefined;
}) {
  const client = useApi(apiClientRef);
  const operation: OperationShape = props.page.operations[props.name] as Page['operations'][Name];
  const body = (props.args as { body?: unknown }).body;
  return (
    <ApiCall
      method={operation.method}
      url={window.location.origin + client.href(operation, props.args as never)}
      {...(body === undefined ? {} : { body })}
      idempotencyKey={props.idempotencyKey}
    />
  );
}
