// One direction of a link between two regions: its settings, and what follows from them. Pure.
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

const mebibyte = 1024 * 1024;
const windowBytesPlain = mebibyte;
const windowBytesUnlimited = 64 * mebibyte;

/**
 * Bytes of one connection that may be under way in one direction: twice the bandwidth-delay product, so that a
 * single connection can fill the link.
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
