// Bugs that have broken mirrors, each as a change of the code and the test that must turn red. The change
// must fit the code exactly once: when the code moves on, its bug moves with it. docs/design/planted-bugs.md
// is made from here.
import { bugsInBeginning } from './bugs-in-beginning.ts';
import { bugsInFilling } from './bugs-in-filling.ts';
import { bugsInMaking } from './bugs-in-making.ts';
import { bugsInReading } from './bugs-in-reading.ts';
import { bugsInSoft } from './bugs-in-soft.ts';
import { bugsInStart } from './bugs-in-start.ts';
import { bugsInTraps } from './bugs-in-traps.ts';
import { bugsInWriting } from './bugs-in-writing.ts';
import type { PlantedBug } from './planted-bug.ts';

export const plantedBugs: readonly PlantedBug[] = [
  ...bugsInStart,
  ...bugsInWriting,
  ...bugsInReading,
  ...bugsInMaking,
  ...bugsInFilling,
  ...bugsInBeginning,
  ...bugsInSoft,
  ...bugsInTraps,
];
