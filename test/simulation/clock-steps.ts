// By how much wall clocks are set forward or back, all at once.
const second = 1_000;
const hour = 3_600 * second;

export const clockStepsMs = [-hour, -60 * second, -second, -10, 10, second, 60 * second, hour];
