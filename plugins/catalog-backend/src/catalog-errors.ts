import { catalogErrors } from '@portico/plugin-catalog/contract';
import { errorsOf } from '@portico/plugin-kit/contract';

export const catalog = errorsOf(catalogErrors);
