// What unpacking ends with where it cannot go on.

/** The bytes are not what the codec writes. */
export class BrokenPack extends Error {
  override readonly name = 'BrokenPack';
}

/** Unpacked, the bytes would be more than the caller allows; nothing of that size was allocated. */
export class PackTooLarge extends Error {
  override readonly name = 'PackTooLarge';
}
