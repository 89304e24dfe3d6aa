import { slotMapErrors } from '@portico/plugin-fleet/contract';
import { errorsOf } from '@portico/plugin-kit/contract';

export const slotMapRefusal = errorsOf(slotMapErrors);
