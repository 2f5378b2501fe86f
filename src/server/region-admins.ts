// One administrative client per region, opened on first use.
import type { RegionClusters } from './region-clusters.ts';
import { type ClusterAdmin, openClusterAdmin } from '../kafka/admin/cluster-admin.ts';

export class RegionAdmins {
  readonly #clientId: string;
  readonly #clusters: Pick<RegionClusters, 'bootstrapServersOf' | 'securityOf'>;
  readonly #open = new Map<string, ClusterAdmin>();

  constructor(clientId: string, clusters: Pick<RegionClusters, 'bootstrapServersOf' | 'securityOf'>) {
    this.#clientId = clientId;
    this.#clusters = clusters;
  }

  adminOf(region: string): ClusterAdmin {
    const kept = this.#open.get(region);
    if (kept !== undefined) return kept;
    const bootstrapServers = this.#clusters.bootstrapServersOf(region);
    const security = this.#clusters.securityOf(region);
    const admin = openClusterAdmin({ region, bootstrapServers, security, clientId: this.#clientId });
    this.#open.set(region, admin);
    return admin;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((admin) => admin.close()));
    this.#open.clear();
  }
}
