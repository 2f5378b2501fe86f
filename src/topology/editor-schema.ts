// The JSON schema of causeway.yaml as editors want it: the schema that the reader uses, with its dialect
// named.
import { topologySchema } from './schema.ts';

/** Plain JSON; `causeway generate schema` prints it and docs/reference holds a copy. */
export function editorSchema(): Readonly<Record<string, unknown>> {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...topologySchema };
}
