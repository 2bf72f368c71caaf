/** Money, leases, nodes, and what is looked after. Plain data: crosses as JSON; amounts are decimal FROST and MIST. */

export interface Payment {
  readonly digest: string;
  /** The spending step, such as 'register' or 'certify'. */
  readonly purpose: string;
  readonly state: 'prepared' | 'succeeded' | 'failed';
  readonly space: string | undefined;
  readonly frost: string;
  readonly mist: string;
  readonly failure: string | undefined;
}

export interface Money {
  readonly isPlayMoney: boolean;
  readonly address: string;
  /** Undefined when the chain cannot be asked now. */
  readonly balance: { readonly frost: string; readonly mist: string } | undefined;
  readonly spent: { readonly frost: string; readonly mist: string };
  readonly openPayments: number;
  /** Newest first. */
  readonly payments: readonly Payment[];
  /** Today's price of 1 GB of files for 30 days with everything around it; undefined when the chain cannot be asked. */
  readonly epochDurationMs: number | undefined;
  readonly storagePriceFrost: string | undefined;
  readonly writePriceFrost: string | undefined;
}

/** 'unknown': not asked yet in this run. A third of the shards may be silent and everything is still there. */
export type NodeWord = 'answers' | 'slow' | 'silent' | 'lies' | 'unknown';

export interface NodeState {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly shards: readonly number[];
  readonly word: NodeWord;
  /** Of its answers to this computer; undefined while it has not been asked. */
  readonly latencyMs: number | undefined;
  /** It is left alone for so long after failing. */
  readonly restMs: number;
}

/** Topic 'nodes'. Undefined committee: the chain was not reached yet. */
export interface NodesState {
  readonly network: string;
  readonly epoch: number | undefined;
  readonly nextEpochAtMs: number | undefined;
  readonly epochDurationMs: number | undefined;
  readonly shards: number;
  readonly nodes: readonly NodeState[];
}

export interface DoctorReport {
  readonly checkedMs: number;
  readonly problems: readonly { readonly code: string; readonly message: string; readonly mend: string }[];
}

/** The paid room of one space on one device of the account. */
export interface LeaseLine {
  readonly space: string;
  readonly name: string;
  readonly pool: string;
  readonly device: string;
  readonly isOwn: boolean;
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly endEpoch: number;
  readonly endsAtMs: number;
  readonly aheadEpochs: number;
  readonly aheadMs: number;
  /** When it is extended next; undefined while nobody does it. */
  readonly renewsAtMs: number | undefined;
  readonly frostPerEpoch: string;
}

export interface LeaseWarning {
  readonly space: string;
  readonly name: string;
  readonly daysLeft: number;
  readonly because: 'budget' | 'balance' | 'off' | 'ended';
}

export interface Leases {
  readonly epoch: number;
  readonly epochDurationMs: number;
  /** Nobody can pay further ahead than this. */
  readonly epochsAheadMax: number;
  readonly isAutopilotOn: boolean;
  readonly leases: readonly LeaseLine[];
  readonly warnings: readonly LeaseWarning[];
}

/** What a renewal did, or would do when it was only quoted. */
export interface Renewal {
  readonly renewed: readonly {
    readonly space: string;
    readonly epochs: number;
    readonly endsAtMs: number;
    readonly frost: string;
  }[];
  readonly frost: string;
  readonly unpaid: readonly { readonly frost: string; readonly because: 'budget' | 'balance' }[];
}

export interface Budget {
  /** The month of the chain's own calendar, which counts in UTC. */
  readonly monthStartMs: number;
  readonly capFrost: string | undefined;
  readonly spentFrost: string;
  readonly leftFrost: string | undefined;
  readonly gasMist: string;
  /** Payments about which the chain says something else than this device. */
  readonly unexplained: number;
}
