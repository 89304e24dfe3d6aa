import { contracts } from '../packages/backend/src/contracts';
import { assembleOpenApi } from '../packages/backend/src/services/openapi/assemble';
import { openApiYaml } from '../packages/backend/src/services/openapi/yaml';

process.stdout.write(openApiYaml(assembleOpenApi(contracts)));
