// The generated pages by name, each from the one place where its subject is declared.
import { errorCatalog } from '../../src/base/error-catalog.ts';
import { commandSpecs } from '../../src/cli/specs/all.ts';
import { permissionList } from '../../src/permissions/permission-list.ts';
import { metricCatalog } from '../../src/telemetry/metric-catalog.ts';
import { editorSchema } from '../../src/topology/editor-schema.ts';
import { topologySchema } from '../../src/topology/schema.ts';
import { commandsPage } from './commands.ts';
import { configurationPage } from './configuration.ts';
import { errorsPage } from './errors.ts';
import { metricsPage } from './metrics.ts';
import { permissionsPage } from './permissions.ts';

export interface Page {
  /** File name in docs/reference. */
  readonly name: string;
  readonly text: string;
}

export function referencePages(): Page[] {
  return [
    { name: 'configuration.md', text: configurationPage(topologySchema) },
    { name: 'commands.md', text: commandsPage(commandSpecs) },
    { name: 'errors.md', text: errorsPage(errorCatalog) },
    { name: 'permissions.md', text: permissionsPage(permissionList) },
    { name: 'metrics.md', text: metricsPage(metricCatalog) },
    { name: 'causeway.schema.json', text: `${JSON.stringify(editorSchema(), null, 2)}\n` },
  ];
}
