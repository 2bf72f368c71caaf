/** Every bound of the chain adapter, with its reason. Nothing here is a setting. */

/** A full node answers a read well below a second; ten times the slowest seen still leaves a person waiting no longer than this. */
export const callMsMax = 30_000;

/** Executing waits for consensus on the server's side, so it gets longer than a read. */
export const executeMsMax = 60_000;

/** A full node shows an executed transaction within a few checkpoints; past this the caller asks `outcome` instead. */
export const visibleMsMax = 60_000;

/** First and longest wait between two looks for a transaction. */
export const lookMsMin = 50;
export const lookMsMax = 2_000;

/** The largest honest answer is a page of 50 objects of at most 250 KiB each (Sui's object limit), with its framing. */
export const answerBytesMax = 16 * 1024 * 1024;

/** Sui serves at most 50 objects in one batch. */
export const pageObjects = 50;

/** A listing that does not end is a lying node: pages of 50 up to a million entries. */
export const listPagesMax = 20_000;

/** A device owns one bag and a race makes two; anybody may send it more, so the search goes on for long before it gives up. */
export const bagsMax = 1_000;
/** Devices that took one address at the same moment. */
export const racingBagsMax = 16;

/** Entries of one bag: a head and a few records for each space. A bag with more is not Floe's. */
export const bagEntriesMax = 10_000;

/** Coins looked at and coins put into one transaction (Sui takes 2,048 inputs; fewer keep gas low). */
export const walCoinsSeenMax = 1_000;
export const walCoinsUsedMax = 128;

/** Walrus has at most 1,000 shards, so no more members. */
export const membersMax = 1_000;

/** No step costs near this much gas (1 SUI); a node that proposes more is refused. */
export const gasMistMax = 1_000_000_000n;

/** Sui epochs after the current one in which a prepared transaction may still run; a Sui epoch lasts a day on public networks. */
export const suiEpochsValid = 2n;
/** The same for a transaction that is kept for later: a year of days on public networks. */
export const suiEpochsKept = 366n;

/** Looks at System and Staking until both show one epoch; they are two objects and an epoch change may fall between. */
export const epochLooksMax = 4;
export const epochLookMs = 500;

/** Characters of a server's own words kept in a fault's message. */
export const wordsMax = 300;
