// What the controller of a region would do for a topology, in the words of a plan.
import { systemRandom } from '../../base/random.ts';
import {
  type Action,
  type DecideTopic,
  describeAction,
  topicOf,
} from '../../control-plane/reconciler/actions.ts';
import { planRegion, type RegionPlan } from '../../control-plane/reconciler/plan-region.ts';
import { LedgerReader } from '../../ledger/reader.ts';
import type { RegionAdmins } from '../../server/region-admins.ts';
import type { Invocation } from '../invocation.ts';
import type { RegionPicture } from '../view/picture.ts';
import type { PlannedAction, PlanOfRegion, PlanProblem } from '../view/plan-text.ts';
import { commandLog } from './command-log.ts';
import type { Regions } from './regions.ts';

const giveUpMs = 10_000;

/** Throws what the ledger of the region throws. Clusters that do not answer are problems of the plan. */
export async function planTarget(
  invocation: Invocation,
  regions: Regions,
  admins: RegionAdmins,
  picture: RegionPicture,
): Promise<Pick<PlanOfRegion, 'actions' | 'refusals' | 'unknown'>> {
  const { clock } = invocation.terminal;
  const reader = new LedgerReader({
    cluster: regions.clusterOf(picture.name),
    region: picture.name,
    clock,
    random: systemRandom,
    log: commandLog(invocation),
    giveUpMs,
  });
  const eyes = {
    clusterOf: (region: string) => regions.clusterOf(region),
    adminOf: (region: string) => admins.adminOf(region),
    clock,
  };
  try {
    return inWords(await planRegion(eyes, reader, picture.name, regions.file.topology), picture);
  } finally {
    reader.close();
  }
}

export function inWords(
  { actions, unknown }: Pick<RegionPlan, 'actions' | 'unknown'>,
  picture: RegionPicture,
): Pick<PlanOfRegion, 'actions' | 'refusals' | 'unknown'> {
  const decidedAnew = new Set(actions.map((action) => `${action.set}/${topicOf(action) ?? ''}`));
  const standing = picture.topics.flatMap(({ set, topic, state, cause }): PlanProblem[] =>
    state === 'refused' && cause !== undefined && !decidedAnew.has(`${set}/${topic}`)
      ? [{ about: `${set}/${topic}`, code: cause.code, message: cause.message }]
      : [],
  );
  return {
    actions: actions.filter((action) => !isRefusal(action)).map(actionInWords),
    refusals: [...actions.flatMap(refusalOf), ...standing],
    unknown: unknown.map(({ set, code, message }) => ({ about: set, code, message })),
  };
}

function actionInWords(action: Action): PlannedAction {
  return {
    kind: action.kind,
    set: action.set,
    topic: topicOf(action),
    text: describeAction(action),
    reason: action.reason,
    copies: action.kind === 'create-topic',
    bytesToCopy: action.kind === 'create-topic' ? action.bytesToCopy : undefined,
  };
}

const isRefusal = (action: Action): action is DecideTopic =>
  action.kind === 'refuse-topic' || action.kind === 'keep-topic';

function refusalOf(action: Action): PlanProblem[] {
  if (!isRefusal(action)) return [];
  const { cause } = action.decision;
  return cause === undefined ? [] : [{ about: `${action.set}/${action.topic}`, ...cause }];
}
