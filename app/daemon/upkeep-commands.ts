/** The commands about what is paid, proven and checked. */
import { Option } from 'commander';
import { collect, integer, lazily, type AddCommand } from './command.ts';

export function addUpkeepCommands(command: AddCommand): void {
  command(
    'leases',
    'Until when everything is paid, and what the autopilot will do about it.',
    'leases --ahead 26 --space Photos',
    lazily(async () => (await import('./commands/leases.ts')).leasesCommand),
  )
    .addOption(new Option('--autopilot <STATE>', 'renew leases by itself').choices(['on', 'off']))
    .option('--ahead <E>', 'keep a space paid so many epochs ahead', integer('--ahead', 1))
    .option('--space <SPACE>', 'the space that --ahead is for');
  command(
    'renew [SPACE]',
    'Extends leases: as the policy asks, or by so many epochs. One transaction for each pool.',
    'renew Photos --epochs 4 --dry-run',
    lazily(async () => (await import('./commands/leases.ts')).renewCommand),
  )
    .option('--epochs <E>', 'so many epochs more', integer('--epochs', 1))
    .option('--dry-run', 'only say what would be extended and what it costs');
  command(
    'renewer <WHAT>',
    "Leases extended while your computers sleep: 'issue' signs a voucher here, 'run' keeps it on a computer that is always on.",
    'renewer issue --voucher floe.voucher\n  floe renewer run --voucher floe.voucher --when-left 3',
    lazily(async () => (await import('./commands/renewer.ts')).renewerCommand),
  )
    .requiredOption('--voucher <FILE>', 'the voucher: written by issue, kept by run')
    .option(
      '--epochs <E>',
      'issue: so many epochs more (else as the policy of each space says)',
      integer('--epochs', 1),
    )
    .option('--up-to <FROST>', 'issue: the most it may take (else half more than it would cost today)')
    .option('--when-left <E>', 'run: use it when so many epochs are left', integer('--when-left', 1))
    .option('--once', 'run: look once and end')
    .option('--localnet <DIR>', 'run: folder of a running embedded network');
  command(
    'budget',
    "What was spent this month, and the month's hard cap on WAL.",
    'budget --month 2000000000',
    lazily(async () => (await import('./commands/leases.ts')).budgetCommand),
  ).option(
    '--month <FROST>',
    "the cap in FROST (10^9 are one WAL), or in your money, such as 2.50EUR; 'none' takes it away",
  );
  command(
    'price',
    'What one WAL is worth in your money, as you say: shown beside quotes and budgets. Floe looks no price up.',
    'price --wal 0.08 --currency EUR',
    lazily(async () => (await import('./commands/price.ts')).priceCommand),
  )
    .option('--wal <PRICE>', "what one WAL costs; 'none' takes the price away")
    .option('--currency <CODE>', 'three letters (EUR when left out)');
  command(
    'tidy <SPACE>',
    'One turn of upkeep: thins the history as told, rewrites packs where that saves money, deletes what nobody needs.',
    'tidy Photos --settle 30',
    lazily(async () => (await import('./commands/upkeep.ts')).tidyCommand),
  )
    .option('--settle <MINUTES>', 'let small changes wait for one another that long', integer('--settle', 0))
    .option('--gone <DEVICE>', 'do not wait for this device: it is gone for good (may be given again)', collect);
  command(
    'retention <SPACE>',
    'How much of the history is kept, what less of it would save, and what each version of a file takes.',
    'retention Photos --keep 30,90,365 --preview',
    lazily(async () => (await import('./commands/upkeep.ts')).retentionCommand),
  )
    .option('--keep <RULES>', "'everything', or days: all to the first, daily to the second, weekly to the third")
    .option('--budget <FROST>', "what an epoch may cost before more is given up; 'none' takes the bound away")
    .option('--preview', 'only say what would go and what that saves')
    .option('--versions <PATH>', 'what deleting each version of a file would save');
  command(
    'check',
    'Looks whether the nodes still hold every pack, sliver by sliver, and says how sure that is.',
    'check --sample 0.1 --repair',
    lazily(async () => (await import('./commands/check.ts')).checkCommand),
  )
    .option('--sample <P>', "share of each pack's slivers to look at, above 0 and at most 1")
    .option('--history', 'only show the checks that were made')
    .option('--repair', 'rebuild what nodes lack and send it to them; make packs anew that cannot be rebuilt')
    .option('--proof <BLOB>', 'only print the kept proof that a blob was encoded wrongly');
  command(
    'receipt <SPACE> <PATH>',
    "A proof that a file is stored, which anyone can check offline: 'receipt verify FILE'.",
    'receipt Photos 2024/ice.jpg --out ice.receipt\n  floe receipt verify ice.receipt',
    lazily(async () => (await import('./commands/receipt.ts')).receiptCommand),
  )
    .option('--at <WHEN>', 'snapshot id or ISO time')
    .option('--out <FILE>', 'file to write the receipt to')
    .option('--with-name', 'let the receipt tell the names of space and file');
}
