/** Shows the system's notifications for what `notice-choice` picks; a click leads to its place in the window. */
import { Notification } from 'electron';
import type { Place } from '../../app/wire/shell.ts';
import type { EngineNews } from '../engine/follow.ts';
import type { Words } from '../words/words.ts';
import { noticeFor, nothingShown, type Shown } from './notice-choice.ts';

export interface Notices {
  take(news: EngineNews): void;
}

/** Ids remembered; more needs than these at once are one for the window. */
const shownMax = 500;

export function openNotices(options: {
  /** In the language of the moment. */
  readonly words: () => Words;
  readonly nowMs: () => number;
  readonly show: (place: Place) => void;
}): Notices {
  let before: EngineNews | undefined;
  let shown: Shown = nothingShown;
  return {
    take(news) {
      const nowMs = options.nowMs();
      const notice = noticeFor(before, news, shown, nowMs, options.words());
      // A space is new until it was seen certified; its news count from its first look on.
      before = news.spaces ? news : before;
      if (!notice || !Notification.isSupported()) return;
      shown = { byId: new Map([...shown.byId, [notice.id, nowMs] as const].slice(-shownMax)), lastMs: nowMs };
      const shownNow = new Notification({ title: notice.title, body: notice.text });
      shownNow.on('click', () => options.show(notice.place));
      shownNow.show();
    },
  };
}
