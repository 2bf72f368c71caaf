import { expect, test } from 'vitest';
import { Feed } from './feed.ts';

async function all<Item>(feed: Feed<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const items of feed.items()) found.push(...items);
  return found;
}

test('everything comes in order, what was there before the reader and what came while it waited', async () => {
  const feed = new Feed<number>();
  feed.put([1, 2]);
  const reading = all(feed);
  for (const at of [3, 4, 5]) {
    await Promise.resolve();
    feed.put([at]);
  }
  feed.put([]);
  feed.end();
  expect(await reading).toEqual([1, 2, 3, 4, 5]);
});

test("a finder's failure comes after what it found", async () => {
  const feed = new Feed<number>();
  feed.put([1]);
  feed.fail(new Error('lost'));
  const seen: number[] = [];
  const reading = (async () => {
    for await (const items of feed.items()) seen.push(...items);
  })();
  await expect(reading).rejects.toThrow('lost');
  expect(seen).toEqual([1]);
});

test('a reader that gave up ends the finder at its next word', () => {
  const feed = new Feed<number>();
  feed.put([1]);
  feed.refuse(new Error('full'));
  feed.refuse(new Error('later'));
  expect(() => feed.put([2])).toThrow('full');
});
