// A group's coordinator for tests that answers what the test wants. Unless told otherwise, whoever joins is
// its only member, and so its leader.
import { CausewayError } from '../../base/errors.ts';
import type { HeartbeatResponse } from '../wire/heartbeat.ts';
import type { JoinGroupRequest, JoinGroupResponse } from '../wire/join-group.ts';
import type { LeaveGroupResponse } from '../wire/leave-group.ts';
import type { Membership, SyncGroupRequest, SyncGroupResponse } from '../wire/sync-group.ts';
import type { GroupCluster, GroupConnection } from './group-calls.ts';

export interface GroupAnswers {
  connect(connection: GroupConnection): GroupConnection | Promise<GroupConnection>;
  joinGroup(request: JoinGroupRequest): Partial<JoinGroupResponse> | Promise<Partial<JoinGroupResponse>>;
  syncGroup(request: SyncGroupRequest): Partial<SyncGroupResponse> | Promise<Partial<SyncGroupResponse>>;
  heartbeat(request: Membership): HeartbeatResponse | Promise<HeartbeatResponse>;
  leaveGroup(): LeaveGroupResponse | Promise<LeaveGroupResponse>;
}

const fine: GroupAnswers = {
  connect: (connection) => connection,
  joinGroup: () => ({}),
  syncGroup: () => ({}),
  heartbeat: () => ({ errorCode: 0 }),
  leaveGroup: () => ({ errorCode: 0 }),
};

export class GroupForTests implements GroupCluster {
  /** What is answered from now on. */
  answers: GroupAnswers = fine;
  readonly calls: string[] = [];
  readonly joinings: JoinGroupRequest[] = [];
  /** Connections that are open now. */
  open = 0;
  #generation = 0;

  /** The rest is as it should be. */
  answer(answers: Partial<GroupAnswers>): void {
    this.answers = { ...fine, ...answers };
  }

  count(call: string): number {
    return this.calls.filter((each) => each === call).length;
  }

  async connectCoordinator(): Promise<GroupConnection> {
    this.calls.push('connect');
    return await this.answers.connect(this.#connection());
  }

  #connection(): GroupConnection {
    this.open += 1;
    let closed = false;
    const onLost: ((error: CausewayError) => void)[] = [];
    /** What is under way when the connection ends is lost with it. */
    const answered = <T>(call: string, answer: () => T | Promise<T>): Promise<T> => {
      this.calls.push(call);
      return new Promise((resolve, reject) => {
        onLost.push(reject);
        Promise.resolve(answer()).then(resolve, reject);
      });
    };
    return {
      get closed() {
        return closed;
      },
      account: { principal: undefined, servers: '' },
      joinGroup: async (request) => {
        this.joinings.push(request);
        return {
          ...this.#joined(request),
          ...(await answered('joinGroup', () => this.answers.joinGroup(request))),
        };
      },
      syncGroup: async (request) => {
        const assignment = request.assignments[0]?.assignment ?? Buffer.alloc(0);
        return {
          errorCode: 0,
          assignment,
          ...(await answered('syncGroup', () => this.answers.syncGroup(request))),
        };
      },
      heartbeat: async (request) => {
        return await answered('heartbeat', () => this.answers.heartbeat(request));
      },
      leaveGroup: async () => {
        return await answered('leaveGroup', () => this.answers.leaveGroup());
      },
      destroy: () => {
        if (!closed) this.open -= 1;
        closed = true;
        for (const lose of onLost) lose(new CausewayError('CW-3003', 'the connection is lost'));
      },
    };
  }

  #joined({ protocols }: JoinGroupRequest): JoinGroupResponse {
    this.#generation += 1;
    const metadata = protocols[0]?.metadata ?? Buffer.alloc(0);
    return {
      errorCode: 0,
      generationId: this.#generation,
      protocol: protocols[0]?.name,
      leader: 'm1',
      skipAssignment: false,
      memberId: 'm1',
      members: [{ memberId: 'm1', metadata }],
    };
  }
}
