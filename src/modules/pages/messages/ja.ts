import type { en } from './en.ts'

/** The texts of the pages, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'field.email': 'メールアドレス',
  'field.email.hint': '例: ada@example.com',
  'field.code': '6 桁のコード',
  'field.code.hint': 'メールに記載された 6 桁の数字',
  'field.factor': 'コード',
  'field.factor.hint': '認証アプリの 6 桁の数字、またはリカバリーコードの 1 つ。',
  'field.rememberDevice': 'この端末では 30 日間確認しない',
  'field.password': '新しいパスワード',
  'field.password.hint':
    '{min, plural, other {# 文字}}以上。覚えやすい言葉をいくつか並べると、よいパスワードになります。',
  'field.password.show': 'パスワードを表示',
  'code.why': 'メールアドレスと、メールに記載された 6 桁のコードを入力してください。',
  'code.ask': '新しいメールを送信',
  'ask.heading': '新しいメールを受け取る',
  'ask.why': 'メールアドレスを入力してください。新しいリンクと新しいコードをお送りします。',
  'ask.button': 'メールを送信',
  'ask.code': 'コードを持っている',
  'factor.heading': 'もう 1 つの確認',
  'factor.why': 'このアカウントには第 2 の認証要素が必要です。',
  'factor.button': 'サインイン',
  'factor.passkey': 'パスキーを使う',
  'done.return': '{brand} に進む',
  late: '読み込み中です。何も起こらない場合は、このページを読み込み直してください。リンクは引き続き使えます。',
  noscript:
    'このページには JavaScript が必要ですが、このブラウザーでは無効になっています。有効にしてから、メールのリンクをもう一度開いてください。リンクは引き続き使えます。',
  'say.link.invalid': 'このリンクはもう使えません。すでに使われたか、古すぎます。',
  'say.link.damaged':
    'このリンクは途中で切れています。メールからリンク全体をコピーするか、新しいメールを受け取ってください。',
  'say.code.invalid':
    'このコードは使えません。間違っているか、すでに使われたか、古すぎるか、新しいメールのコードに置き換わっています。コードを確認するか、新しいメールを受け取ってください。',
  'say.mfa.required':
    'サインインしていません。このアカウントにはパスキーも必要ですが、このブラウザーはパスキーに対応していません。別のブラウザーをお使いください。',
  'say.passkey.invalid': 'このパスキーはここでは使えません。別のパスキーを試すか、ほかの方法でサインインしてください。',
  'say.passkey.cancelled': 'パスキーは使われませんでした。もう一度試すか、ほかの方法でサインインしてください。',
  'say.mfa.code_invalid':
    'このコードは間違っているか、すでに使われています。次のコードを待つか、リカバリーコードを使ってください。',
  'say.mfa.challenge_invalid':
    '時間がかかりすぎたか、コードの間違いが多すぎました。やり直すには、新しいメールを受け取ってください。',
  'say.mail.requested':
    'このアドレスのアカウントがあれば、メールが届きます。迷惑メールのフォルダーも確認し、ここにコードを入力するか、リンクを開いてください。',
  'say.user.email_taken':
    'このメールアドレスは現在、別のアカウントで使われています。そのアカウントでサインインするか、別のアドレスを使ってください。',
  'say.user.password_refused': '別のパスワードを選んでください。',
  'say.request.origin_refused':
    'このページのアドレスは {host} ではありません。メールのリンクをもう一度開いてください。',
  'say.request.invalid': 'フォームに正しくない項目があります。フォームを確認して、もう一度お試しください。',
  'say.request.rate_limited': '試行回数が多すぎます。{when}にもう一度お試しください。',
  'say.server.busy': 'サーバーが混み合っています。しばらくしてからもう一度お試しください。',
  'say.server.error': 'こちら側で問題が起きました。しばらくしてからもう一度お試しください。',
  'say.offline': 'サーバーから応答がありません。接続を確認して、もう一度お試しください。',
  'reset-password.noscript': 'JavaScript がなくても、お送りするコードで新しいパスワードを設定できます。',
  'reset-password.noscript.link': 'コードを受け取る',

  'verify-email.link.heading': 'メールアドレスの確認',
  'verify-email.link.why': 'このアドレスがご自身のものであることを確認するには、ボタンを押してください。',
  'verify-email.link.button': 'メールアドレスを確認',
  'verify-email.link.notYou':
    '{brand} に登録していない場合は、このページを閉じてください。ボタンを押さなければ、何も起こりません。',
  'verify-email.done.heading': 'メールアドレスが確認されました',
  'verify-email.done.why': 'このページを閉じて、登録した画面で続けてください。',
  'verify-email.say.link.invalid':
    'このリンクはもう使えません。すでに使われたか、古すぎます。アドレスを確認済みの場合は、サインインしてください。',
  'verify-email.say.mail.requested':
    'このアドレスがまだ確認されていなければ、メールが届きます。迷惑メールのフォルダーも確認し、ここにコードを入力するか、リンクを開いてください。',
  'confirm-email.link.heading': '新しいメールアドレスの確認',
  'confirm-email.link.why':
    'このアドレスをアカウントのアドレスにするには、ボタンを押してください。その後、メールはこのアドレスに届きます。',
  'confirm-email.link.button': '新しいアドレスを確認',
  'confirm-email.link.notYou':
    '心当たりがない場合は、このページを閉じてください。ボタンを押さなければ、何も起こりません。',
  'confirm-email.ask.heading': '新しいアドレスの再入力',
  'confirm-email.ask.why':
    '{brand} にサインインし、アカウントの画面で新しいアドレスをもう一度入力してください。新しいメールが届きます。新しいアドレスを確認するまで、アカウントのアドレスは変わりません。',
  'confirm-email.done.heading': '新しいメールアドレスが確認されました',
  'confirm-email.done.why': '今後は、このアドレスでサインインしてください。以前のアドレスにもメールをお送りしました。',
  'reset-password.link.heading': '新しいパスワードの設定',
  'reset-password.link.why': 'アカウントの以前のパスワードと置き換わります。',
  'reset-password.link.button': '新しいパスワードを設定',
  'reset-password.link.notYou': '心当たりがない場合は、このページを閉じてください。パスワードは変わりません。',
  'reset-password.ask.heading': 'パスワードの再設定',
  'reset-password.ask.why': 'アカウントのメールアドレスを入力してください。リンクとコードをお送りします。',
  'reset-password.done.heading': 'パスワードが変更されました',
  'reset-password.done.why': '今後は、新しいパスワードでサインインしてください。すべての端末からサインアウトしました。',
  'field.currentPassword': 'パスワード',
  'enter.heading': '先にサインインしてください',
  'enter.why': '招待されたメールアドレスでサインインしてください。',
  'enter.button': 'サインイン',
  'enter.byMail': '代わりにメールでサインイン',
  'new.heading': 'アカウントの作成',
  'new.why': '招待されたメールアドレスを使ってください。',
  'new.button': 'アカウントを作成',
  'new.enter': 'アカウントを持っている',
  'confirm.heading': 'メールアドレスの確認',
  'confirm.button': 'メールアドレスを確認',
  'again.why': 'メールアドレスを入力してください。新しいコードをお送りします。',
  'say.go.on': 'ありがとうございます。続けるには、ボタンを押してください。',
  'say.auth.invalid_credentials': 'メールアドレスまたはパスワードが間違っているか、アドレスがまだ確認されていません。',
  'say.invitation.not_found':
    'この招待はお使いのアカウントでは使えません。別のアドレス宛てか、すでに使われたか、取り消されたか、古すぎます。招待されたアドレスでサインインするか、新しい招待を依頼してください。',
  'say.invitation.already_member': 'すでにこの組織のメンバーです。',
  'say.invitation.email_unverified': '先にメールアドレスを確認してください。その後、招待をもう一度開いてください。',
  'say.invitation.domain_refused': 'この組織は、お使いのドメインのアドレスを受け付けていません。',
  'say.org.too_many': '所属している組織が多すぎます。',
  'accept-invitation.link.heading': '組織に参加',
  'accept-invitation.link.why':
    '招待を受けるには、ボタンを押してください。招待されたメールアドレスのアカウントが必要です。',
  'accept-invitation.link.org': '組織',
  'accept-invitation.link.inviter': '招待した人',
  'accept-invitation.link.button': '参加',
  'accept-invitation.link.notYou':
    'メールに記載された組織に心当たりがない場合は、このページを閉じてください。ボタンを押さなければ、何も起こりません。',
  'accept-invitation.missing.why': '招待のメールのリンクを開いてください。招待は、アカウントの画面でも確認できます。',
  'accept-invitation.missing.account': 'アカウントの画面へ',
  'accept-invitation.ask.heading': 'メールでサインイン',
  'accept-invitation.ask.why': 'アカウントのメールアドレスを入力してください。コードをお送りします。',
  'accept-invitation.done.heading': 'メンバーになりました',
  'accept-invitation.done.why': 'このページを閉じるか、続けてください。',
  'accept-invitation.say.user.email_taken':
    'このメールアドレスのアカウントがあります。そのアカウントでサインインしてください。',
  'accept-invitation.say.mail.requested':
    'このアドレスが使える場合は、メールが届きます。迷惑メールのフォルダーも確認し、ここにコードを入力してください。',
}
