// Types of machine.mjs, which is JavaScript so that an older Node can run it.
export interface Lack {
  readonly what: string;
  readonly how: string;
}
export interface Found {
  readonly missing: Lack[];
  readonly warnings: string[];
}
export function findMissing(wanted: {
  readonly root: string;
  readonly wantsJars: boolean;
  readonly wantsCompiler: boolean;
}): Found;
export function checkNode(version: string): Lack | undefined;
export function checkJava(text: string | undefined): Lack | undefined;
export function checkCompiler(text: string | undefined): Lack | undefined;
export function checkMemory(availableMemoryMiB: number): { missing?: Lack; warning?: string };
