// What befalls the cluster between requests, on both sides alike.

/** Of the whole cluster: all lanes wait meanwhile. */
export type ClusterAct =
  /** In order: what the broker leads is handed over first. */
  | { readonly kind: 'stop'; readonly broker: number }
  /** kill -9. */
  | { readonly kind: 'kill'; readonly broker: number }
  /** SIGSTOP, until others lead and write without it. */
  | { readonly kind: 'freeze'; readonly broker: number }
  /** Kills one broker while a frozen one goes on: who comes back has not what was written meanwhile. */
  | { readonly kind: 'takeOver'; readonly dead: number; readonly thawed: number }
  | { readonly kind: 'start'; readonly broker: number }
  | { readonly kind: 'moveCoordinator'; readonly to: number };

/** Of one lane's partitions. */
export type LaneAct =
  /** Its replicas in another order, and an election of the first. */
  | { readonly kind: 'moveLead'; readonly partition: number; readonly replicas: readonly number[] }
  /** Whoever is alive leads with whatever it has. */
  | { readonly kind: 'electUnclean'; readonly partition: number };

export type Act = ClusterAct | LaneAct;
export type ActKind = Act['kind'];

/** Brokers that can be asked after an act. */
export function aliveAfter(act: ClusterAct, alive: readonly number[]): readonly number[] {
  switch (act.kind) {
    case 'stop':
    case 'kill':
    case 'freeze':
      return alive.filter((id) => id !== act.broker);
    case 'takeOver':
      return inOrder([...alive.filter((id) => id !== act.dead), act.thawed]);
    case 'start':
      return inOrder([...alive, act.broker]);
    case 'moveCoordinator':
      return alive;
  }
}

export const inOrder = (ids: readonly number[]): readonly number[] => ids.toSorted((a, b) => a - b);
