// One direction of a link between two regions: its settings, and what follows from them. Pure.
import { CausewayError } from '../../src/base/errors.ts';
import type { LinkChange, PathSettings } from '../lab-types.ts';

export const plainPath: PathSettings = {
  oneWayDelayMs: 0,
  jitterMs: 0,
  bandwidthBytesPerSecond: null,
  cut: null,
};

/** True when bytes may pass at once, without any queue. */
export const isPlain = (settings: PathSettings): boolean =>
  settings.oneWayDelayMs === 0 &&
  settings.jitterMs === 0 &&
  settings.bandwidthBytesPerSecond === null &&
  settings.cut === null;

/** A round trip is given for the whole link: each direction takes half. */
export function changePath(now: PathSettings, change: LinkChange): PathSettings {
  return {
    oneWayDelayMs: change.rttMs === undefined ? now.oneWayDelayMs : change.rttMs / 2,
    jitterMs: change.jitterMs ?? now.jitterMs,
    bandwidthBytesPerSecond:
      change.bandwidthBytesPerSecond === undefined
        ? now.bandwidthBytesPerSecond
        : change.bandwidthBytesPerSecond,
    cut: change.cut === undefined ? now.cut : change.cut,
  };
}

const roundTripMsMax = 60_000;
const bandwidthMin = 1_000;

/** Throws CW-5014 for a value that no link can have. */
export function checkChange(change: LinkChange): void {
  const check = (what: string, value: number | null | undefined, min: number, max: number) => {
    if (value === undefined || value === null || (value >= min && value <= max)) return;
    throw new CausewayError('CW-5014', `${what} is ${value}; ${min} to ${max} is possible`);
  };
  check('the round trip of a link in ms', change.rttMs, 0, roundTripMsMax);
  check('the jitter of a link in ms', change.jitterMs, 0, roundTripMsMax);
  check('the bandwidth of a link in bytes per second', change.bandwidthBytesPerSecond, bandwidthMin, 1e12);
}

const mebibyte = 1024 * 1024;
const windowBytesPlain = mebibyte;
const windowBytesUnlimited = 16 * mebibyte;

/** Bytes under way in one direction of a link, all connections together. */
export const pathBytesMax = 128 * mebibyte;
/** Each connection may have this much under way, however full the path is. */
export const connectionBytesMin = 64 * 1024;

/**
 * Bytes of one connection that may be under way in one direction: twice the bandwidth-delay product, so that
 * a single connection can fill the link.
 */
export function windowBytes(settings: PathSettings): number {
  const { oneWayDelayMs, jitterMs, bandwidthBytesPerSecond } = settings;
  if (bandwidthBytesPerSecond === null) {
    return oneWayDelayMs + jitterMs === 0 ? windowBytesPlain : windowBytesUnlimited;
  }
  const roundTripSeconds = (2 * oneWayDelayMs + jitterMs) / 1000;
  return Math.ceil(mebibyte + 2 * bandwidthBytesPerSecond * roundTripSeconds);
}

const pieceMs = 4;
const pieceBytesMin = 1460;
const pieceBytesMax = 64 * 1024;

/** Bytes that one connection sends before the next one has its turn: about 4 ms of the link. */
export function pieceBytes(settings: PathSettings): number {
  const rate = settings.bandwidthBytesPerSecond;
  if (rate === null) return pieceBytesMax;
  return Math.min(pieceBytesMax, Math.max(pieceBytesMin, Math.floor((rate * pieceMs) / 1000)));
}
