/** Everything that the engine needs from a host, in one place. */
import type { Clock, Dice } from '../domain/clock.ts';
import type { Pace } from '../domain/pace.ts';
import type { ReadWallTime } from '../domain/week.ts';
import type { Account } from '../ports/account.ts';
import type { Aggregators } from '../ports/aggregators.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Chain } from '../ports/chain.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Disk } from '../ports/disk.ts';
import type { Log } from '../ports/log.ts';
import type { Nodes } from '../ports/nodes.ts';
import type { Pool } from '../ports/pool.ts';
import type { Power } from '../ports/power.ts';
import type { Spool } from '../ports/spool.ts';

export interface EnginePorts {
  readonly account: Account;
  readonly chain: Chain;
  readonly nodes: Nodes;
  /** Undefined: none is asked, whatever was set. */
  readonly aggregators?: Aggregators;
  readonly pool: Pool;
  readonly disk: Disk;
  readonly spool: Spool;
  readonly catalog: Catalog;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  /** The limits that `nodes` keeps; the engine says what they are. Undefined: nothing is limited. */
  readonly pace?: Pace;
  /** For a schedule; undefined: UTC. */
  readonly wallTime?: ReadWallTime;
  /** Undefined: nobody can tell. */
  readonly power?: Power;
  /** How much an address should hold after funding, where money is given away. */
  readonly funding: { readonly frostWanted: bigint; readonly mistWanted: bigint };
  /** Where the network stands, for people: 'local', 'testnet', 'mainnet'. */
  readonly networkName: string;
  /** Named durable points, for crash tests. */
  readonly onPoint?: (point: string) => void;
}
