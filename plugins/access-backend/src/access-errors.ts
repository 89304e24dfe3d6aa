import { accessErrors } from '@portico/plugin-access/contract';
import { errorsOf } from '@portico/plugin-kit/contract';

export const access = errorsOf(accessErrors);
