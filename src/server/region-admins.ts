// One administrative client per region, opened on first use.
import { type ClusterAdmin, openClusterAdmin } from '../kafka/admin/cluster-admin.ts';

export class RegionAdmins {
  readonly #clientId: string;
  readonly #bootstrapServersOf: (region: string) => readonly string[];
  readonly #open = new Map<string, ClusterAdmin>();

  constructor(clientId: string, bootstrapServersOf: (region: string) => readonly string[]) {
    this.#clientId = clientId;
    this.#bootstrapServersOf = bootstrapServersOf;
  }

  adminOf(region: string): ClusterAdmin {
    const kept = this.#open.get(region);
    if (kept !== undefined) return kept;
    const bootstrapServers = this.#bootstrapServersOf(region);
    const admin = openClusterAdmin({ region, bootstrapServers, clientId: this.#clientId });
    this.#open.set(region, admin);
    return admin;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((admin) => admin.close()));
    this.#open.clear();
  }
}
