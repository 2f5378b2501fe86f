// All commands, in the order in which help shows them.
import type { CommandSpec } from '../spec.ts';
import { dailySpecs } from './daily.ts';
import { generateSpec } from './generate.ts';
import { labSpec } from './lab.ts';
import { mirrorsSpec } from './mirrors.ts';

export const commandSpecs: readonly CommandSpec[] = [...dailySpecs, mirrorsSpec, labSpec, generateSpec];
