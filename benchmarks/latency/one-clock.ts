// One clock for all processes of this machine: wall clocks are set and slewed while a run goes on, and two
// processes see that at different times.

/** Milliseconds since the machine was started, with fractions. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;
