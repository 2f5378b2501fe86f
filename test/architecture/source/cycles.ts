// Strongly connected components of a directed graph (Tarjan 1972), without recursion, so depth is no limit.

export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Components of more than one node, and single nodes with an edge to themselves; each sorted. */
export function findCycles(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const cycles: string[][] = [];
  const enter = (node: string): { node: string; rest: string[] } => {
    order.set(node, order.size);
    lowest.set(node, order.get(node) as number);
    open.push(node);
    isOpen.add(node);
    return { node, rest: [...(graph.get(node) ?? [])] };
  };
  const close = (node: string): void => {
    const component: string[] = [];
    for (let last = ''; last !== node; ) {
      last = open.pop() as string;
      isOpen.delete(last);
      component.push(last);
    }
    if (component.length > 1 || graph.get(node)?.has(node)) cycles.push(component.sort());
  };
  const lower = (node: string, value: number): void => {
    lowest.set(node, Math.min(lowest.get(node) as number, value));
  };
  for (const start of graph.keys()) {
    if (order.has(start)) continue;
    const path = [enter(start)];
    while (path.length > 0) {
      const { node, rest } = path[path.length - 1] as { node: string; rest: string[] };
      const next = rest.pop();
      if (next !== undefined) {
        if (!order.has(next)) path.push(enter(next));
        else if (isOpen.has(next)) lower(node, order.get(next) as number);
        continue;
      }
      path.pop();
      if (lowest.get(node) === order.get(node)) close(node);
      const parent = path[path.length - 1];
      if (parent !== undefined) lower(parent.node, lowest.get(node) as number);
    }
  }
  return cycles;
}
