import type { NoticeTexts } from './en.ts'

/** What the account page says of notifications, in Japanese. */
export const ja: NoticeTexts = {
  notifications: '通知',
  notificationsText: '過去 90 日間にサービスと所属する組織から届いたお知らせです。',
  notificationsList: 'あなたへの通知',
  notificationsNone: '通知はありません。',
  notificationsUnread: '通知、未読 {count} 件',
  notificationNew: '未読',
  notificationRead: '既読にする',
  notificationUnread: '未読にする',
  notificationsReadAll: 'すべて既読にする',
  notificationsAllRead: 'すべて既読になりました。',
  choices: '通知の受け取り方',
  choicesText: 'メールは多くても 1 日に 1 回、ご不在のときにだけ届きます。',
  choiceDefault: 'その他すべての種類',
  choiceMail: 'ここで、メールでも',
  choiceHere: 'ここでのみ',
  choiceOff: '受け取らない',
  choiceAsOthers: 'その他の種類と同じ',
}
