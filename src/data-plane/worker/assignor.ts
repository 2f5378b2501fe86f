// Who runs which mirror partition: sticky, and even to one partition. Pure: the same members and partitions
// give the same answer, in whatever order they come.

export interface AssignableMember {
  readonly id: string;
  /** Names of partitions that it runs now; some may be gone, some may be claimed by others, too. */
  readonly runs: readonly string[];
}

/** By member id: the partitions it is to run, in the order of their names. */
export type Assignment = ReadonlyMap<string, readonly string[]>;

/**
 * A partition stays where it is, unless its worker would run more than its share; the rest goes to whoever
 * has least. Neighbours of one topic, which mostly have the same load, land on different workers.
 */
export function assignPartitions(
  members: readonly AssignableMember[],
  partitions: readonly string[],
): Assignment {
  const order = members.toSorted((a, b) => compare(a.id, b.id));
  const shares = order.map(({ id }): Share => ({ id, kept: [] }));
  if (shares.length === 0) return new Map();
  const left = new Set(partitions.toSorted(compare));
  keep(order, shares, left);
  cutToShare(shares, partitions.length, left);
  for (const partition of [...left].sort(compare)) leastOf(shares).kept.push(partition);
  return new Map(shares.map(({ id, kept }) => [id, kept.sort(compare)]));
}

interface Share {
  readonly id: string;
  readonly kept: string[];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Each partition to the member that runs it; of several, to the one that has fewest so far. */
function keep(members: readonly AssignableMember[], shares: readonly Share[], left: Set<string>): void {
  const claims = new Map<string, Share[]>();
  members.forEach(({ runs }, at) => {
    for (const partition of new Set(runs)) {
      if (!left.has(partition)) continue;
      const claimed = claims.get(partition);
      if (claimed === undefined) claims.set(partition, [shares[at] as Share]);
      else claimed.push(shares[at] as Share);
    }
  });
  // Those that only one claims first, so that the others can even things out.
  const sorted = [...claims].toSorted(([a, by], [b, bys]) => by.length - bys.length || compare(a, b));
  for (const [partition, by] of sorted) {
    leastOf(by).kept.push(partition);
    left.delete(partition);
  }
}

/**
 * Shares are even to one partition; those that have most may keep the larger ones. What is kept is spread
 * over the names: the busy topics of a worker that ran everything so far do not all stay with it.
 */
function cutToShare(shares: readonly Share[], partitions: number, left: Set<string>): void {
  const smaller = Math.floor(partitions / shares.length);
  let larger = partitions % shares.length;
  for (const { kept } of shares.toSorted((a, b) => b.kept.length - a.kept.length || compare(a.id, b.id))) {
    const share = kept.length > smaller && larger > 0 ? smaller + 1 : smaller;
    if (share > smaller) larger -= 1;
    if (kept.length <= share) continue;
    const all = kept.splice(0).sort(compare);
    for (let at = 0; at < share; at += 1) kept.push(all[Math.floor((at * all.length) / share)] as string);
    const stay = new Set(kept);
    for (const partition of all) if (!stay.has(partition)) left.add(partition);
  }
}

const leastOf = (shares: readonly Share[]): Share =>
  shares.reduce((least, each) => (each.kept.length < least.kept.length ? each : least));

/** A member that has read the ledger for itself. */
export interface ReadingMember extends AssignableMember {
  /** What its view of the ledger names; undefined where it did not say. */
  readonly wants: ReadonlySet<string> | undefined;
}

/**
 * The same among members that may have read different states of the ledger. First what the leader itself
 * has read of, evenly. Then the rest, evenly among those who have read of it, since nobody else would run
 * it: what the leader does not know, and what it would give to one that does not.
 */
export function assignByViews(members: readonly ReadingMember[], ownView: readonly string[]): Assignment {
  const shares = new Map<string, string[]>();
  const rest = new Map<string, ReadingMember[]>();
  const readers = readersOf(members);
  const first = assignPartitions(members, ownView);
  for (const { id, wants } of members) {
    const kept: string[] = [];
    for (const name of first.get(id) ?? []) {
      const others = wants === undefined || wants.has(name) ? undefined : readers.get(name);
      if (others === undefined) kept.push(name);
      else rest.set(name, others);
    }
    shares.set(id, kept);
  }
  const own = new Set(ownView);
  for (const [name, by] of readers) if (!own.has(name)) rest.set(name, by);
  // Those whose views agree have the same partitions in common.
  for (const names of Map.groupBy(rest.keys(), (name) => idsOf(rest.get(name) ?? [])).values()) {
    const second = assignPartitions(rest.get(names[0] as string) ?? [], names);
    for (const [id, given] of second) shares.get(id)?.push(...given);
  }
  return new Map([...shares].map(([id, names]) => [id, names.sort(compare)]));
}

/** By partition: who would run it. */
function readersOf(members: readonly ReadingMember[]): Map<string, ReadingMember[]> {
  const readers = new Map<string, ReadingMember[]>();
  for (const member of members) {
    for (const name of new Set(member.wants ?? member.runs)) {
      const by = readers.get(name);
      if (by === undefined) readers.set(name, [member]);
      else by.push(member);
    }
  }
  return readers;
}

const idsOf = (members: readonly ReadingMember[]): string =>
  JSON.stringify(members.map(({ id }) => id).sort());
