/** The texts in Japanese. */
import type { en } from './en.ts'

export const ja: Record<keyof typeof en, string> = {
  or: 'または',
  'field.email': 'メールアドレス',
  'field.name': '名前',
  'field.optional': '任意',
  'field.password': 'パスワード',
  'field.newPassword': '新しいパスワード',
  'field.newPassword.hint':
    '{min, plural, other {# 文字以上}}。覚えやすい単語をいくつか並べると、よいパスワードになります。',
  'field.showPassword': 'パスワードを表示',
  'field.code': '6 桁のコード',
  'field.appCode': '認証アプリのコード',
  'field.anyCode': 'コード',
  'field.anyCode.hint': '認証アプリの 6 桁の数字、またはリカバリーコードを入力します。',
  'field.rememberDevice': 'このデバイスでは 30 日間確認しない',

  continue: '続ける',
  passkey: 'パスキーを使う',
  provider: '{provider} で続ける',
  mailCode: 'コードをメールで受け取る',
  mailAgain: '新しいメールを送る',
  otherWay: '別の方法でサインイン',
  haveCode: 'メールのコードを持っています',
  sentTo: '送信先',
  account: 'アカウント',
  signedInAs: 'サインイン中のアカウント',
  goOn: 'このアカウントで続ける',
  otherAccount: '別のアカウントでサインイン',
  'noscript.passkey': 'パスキーには JavaScript が必要ですが、このブラウザーでは無効です。',
  'noscript.link':
    'メールのリンクには JavaScript が必要ですが、このブラウザーでは無効です。代わりにメールのコードを入力してください。',

  'app.named': 'この後、{app} に進みます。',
  'app.onThisDevice': 'この後、このデバイスのアプリに進みます。',
  'enter.heading': '{brand} にサインイン',
  'enter.button': 'サインイン',
  'enter.forgotten': 'パスワードをお忘れですか？',
  'enter.newHere': '初めてですか？',
  'enter.create': 'アカウントを作成',
  'code.heading': 'メールを確認してください',
  'code.why':
    'このアドレスのアカウントがあれば、コードを記載したメールを送信しました。迷惑メールのフォルダーも確認してください。メールのリンクも使えます。',
  'code.heading.typed': 'コードでサインイン',
  'code.why.typed': 'メールアドレスと、メールにある 6 桁のコードを入力してください。',
  'second.heading': 'あと 1 ステップ',
  'second.why': 'このアカウントには 2 つ目の要素が必要です。',
  'second.why.passkey': 'このアカウントにはパスキーが必要です。',
  'factor.why': 'ここでは 2 つ目の要素が必要です。サインインしたままです。',
  'fresh.heading': 'ご本人であることを確認してください',
  'fresh.why': '前回のサインインから 10 分以上たっています。もう一度確認が必要です。サインインしたままです。',
  'link.why': 'ボタンを押すと、このブラウザーでアカウントにサインインします。',
  'link.notYou': 'このメールをご自身で依頼した場合だけ続けてください。そうでなければ、このページを閉じてください。',
  'done.heading': 'サインインしました',
  'done.why': '何も起こらない場合は、ボタンを押してください。',

  'new.heading': 'アカウントを作成',
  'new.button': 'アカウントを作成',
  'new.known': 'アカウントをお持ちですか？',
  'new.signIn': 'サインイン',
  'confirm.heading': 'メールを確認してください',
  'confirm.why':
    '6 桁のコードを記載したメールを送信しました。ここにコードを入力して、アドレスを確認してください。すでにアカウントがある場合は、メールにその旨が書かれています。',
  'confirm.otherAddress': '別のメールアドレスを使う',

  'forgot.heading': 'パスワードをお忘れですか？',
  'forgot.why': 'アカウントのメールアドレスを入力してください。新しいパスワードを設定するためのコードを送ります。',
  'forgot.back': 'サインインに戻る',
  'reset.heading': '新しいパスワードを設定',
  'reset.why':
    'このアドレスのアカウントがあれば、コードを記載したメールを送信しました。迷惑メールのフォルダーも確認してください。',

  'say.email.invalid': 'メールアドレスを入力してください。例: ada@example.com',
  'say.password.missing': 'パスワードを入力してください。',
  'say.password.long': 'パスワードは 1024 文字までです。',
  'say.name.invalid': '名前は 200 文字までで、見えない文字は使えません。',
  'say.code.form': '6 桁のコードを入力してください。',
  'say.factor.form': '認証アプリの 6 桁の数字、またはリカバリーコードを入力してください。',
  'say.auth.invalid_credentials':
    'メールアドレスかパスワードが間違っているか、アドレスがまだ確認されていません。両方を確認するか、コードをメールで受け取ってください。',
  'say.password.wrong': 'パスワードが間違っています。もう一度試すか、コードをメールで受け取ってください。',
  'say.token.invalid':
    'このコードは使えません。間違っているか、使用済みか、古すぎるか、新しいメールのコードに置き換えられました。コードを確認するか、新しいメールを受け取ってください。',
  'say.link.invalid':
    'このリンクは使えません。使用済みか、古すぎます。メールアドレスを入力して、新しいメールを受け取ってください。',
  'say.link.damaged':
    'このリンクは途中で切れています。メールからリンク全体をコピーするか、新しいメールを受け取ってください。',
  'say.mfa.code_invalid':
    'このコードは間違っているか、使用済みです。次のコードを待つか、リカバリーコードを使ってください。',
  'say.mfa.challenge_invalid': '時間がかかりすぎたか、間違ったコードが多すぎました。もう一度サインインしてください。',
  'say.mfa.factor_required': 'ここでは、このアカウントの 2 つ目の要素が必要です。',
  'say.passkey.invalid': 'このパスキーはここでは使えません。別のパスキーを試すか、別の方法でサインインしてください。',
  'say.passkey.cancelled': 'パスキーは使われませんでした。もう一度試すか、別の方法でサインインしてください。',
  'say.provider.failed':
    'プロバイダーでのサインインができませんでした。もう一度試すか、別の方法でサインインしてください。',
  'say.provider.flow_invalid':
    'このサインインはすでに終わったか、時間がかかりすぎました。元のページに戻ってやり直すか、ここでサインインしてください。',
  'say.user.email_taken':
    'このメールアドレスのアカウントがすでにあります。そのアカウントでサインインするか、別のアドレスを使ってください。',
  'say.user.password_refused': '別のパスワードを選んでください。',
  'say.user.no_password': 'このアカウントにはパスワードがありません。コードをメールで受け取ってください。',
  'say.mail.again':
    'このアドレスがメールを受け取れる場合は、新しいメールを送信しました。最新のメールのコードだけが使えます。',
  'say.reset': 'パスワードを変更しました。新しいパスワードでサインインしてください。',
  'say.expired': 'このページは時間切れになりました。最初からやり直してください。',
  'say.signedOut': 'その間にサインアウトされました。もう一度サインインしてください。',
  'say.ended': 'セッションが終了しました。もう一度サインインしてください。',
  'say.left': 'サインアウトしました。',
  'say.cookies':
    'サインインできていません。このブラウザーが Cookie を保存しませんでした。設定で {host} の Cookie を許可してから、もう一度サインインしてください。',
  'say.request.origin_refused':
    '何も行われませんでした。このフォームは {host} から送られたものではありません。ここでフォームに入力するか、別のブラウザーでこのページを開いてください。',
  'say.request.invalid': 'フォームに正しくない項目があります。確認して、もう一度試してください。',
  'say.request.rate_limited': '試行回数が多すぎます。{when}にもう一度試してください。',
  'say.server.busy': 'サーバーが混み合っています。少ししてからもう一度試してください。',
  'say.server.error': 'こちら側で問題が起きました。少ししてからもう一度試してください。',
  'say.offline': 'サーバーから応答がありません。接続を確認して、もう一度試してください。',

  'refused.short': '短すぎます。{min, plural, other {# 文字以上}}必要です。',
  'refused.long': '長すぎます。',
  'refused.common': 'よく使われるパスワードの 1 つです。',
  'refused.context': 'ほとんどが名前、メールアドレス、またはこのサービスの名前です。',
  'refused.stolen': '盗まれたパスワードの一覧にあります。',
}
