/** Domains that belong to many people, so no organisation can have them. */

/** Mail providers. An address there says nothing about an organisation. */
const MAIL_PROVIDERS =
  'aol.com bol.com.br comcast.net fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.fr icloud.com laposte.net libero.it live.com mac.com mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com outlook.de pm.me proton.me protonmail.com qq.com rediffmail.com rocketmail.com t-online.de terra.com.br tutanota.com uol.com.br wanadoo.fr web.de yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zoho.com 126.com 163.com'

/** Names below which other people register domains: the most frequent ones with two labels. */
const SUFFIXES =
  'ac.jp ac.nz ac.uk ac.za asn.au appspot.com azurewebsites.net blogspot.com cloudfront.net co.id co.il co.in co.jp co.ke co.kr co.nz co.th co.uk co.za com.ar com.au com.bd com.br com.cn com.co com.eg com.es com.hk com.mx com.my com.ng com.pe com.ph com.pk com.pl com.pt com.sa com.sg com.tr com.tw com.ua com.uy com.ve com.vn edu.au edu.br edu.cn firebaseapp.com fly.dev github.io gitlab.io gob.mx gov.au gov.br gov.uk govt.nz herokuapp.com id.au ltd.uk me.uk mil.br ne.jp net.au net.br net.cn net.nz net.uk netlify.app nhs.uk onrender.com or.jp or.kr org.au org.br org.cn org.mx org.nz org.uk org.za pages.dev plc.uk police.uk sch.uk vercel.app web.app workers.dev'

/** Special-use names (RFC 6761), and reverse mappings. */
const SPECIAL = /\.(?:invalid|localhost|local|internal|onion|arpa)$/

const shared = new Set(`${MAIL_PROVIDERS} ${SUFFIXES}`.split(' '))

/** Whether an ASCII domain belongs to many people. Not every public suffix is known: the DNS record is the proof. */
export const isPublicDomain = (domain: string): boolean => shared.has(domain) || SPECIAL.test(domain)
