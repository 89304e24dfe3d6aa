import { stringify } from 'yaml';

/** Written out in full and one value per line: what changes in the contract is what changes in the file. */
export function openApiYaml(document: object): string {
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
}
