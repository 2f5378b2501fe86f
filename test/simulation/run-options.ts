// How long the simulation runs and what it repeats, from the environment. The defaults fit into `npm test`.

/** Random worlds in one run. */
export const randomWorlds = Number(process.env['CAUSEWAY_SIM_WORLDS'] ?? 20);

/** How many times as long the horizon of small worlds is. */
export const ordersTimes = Number(process.env['CAUSEWAY_ORDERS'] ?? 1);

/** Steps of the other worker between two wakes of a paused one that are tried. */
export const wakeStride = Number(process.env['CAUSEWAY_WAKE_STRIDE'] ?? 2);

/** As that, of a worker of a compacted partition; each step of the first begins at another one. */
export const compactedWakeStride = Number(process.env['CAUSEWAY_COMPACTED_WAKE_STRIDE'] ?? 45);

/** Steps of a run of holes between two at which a worker or a broker dies. */
export const holeTrapStride = Number(process.env['CAUSEWAY_HOLE_TRAP_STRIDE'] ?? 3);
