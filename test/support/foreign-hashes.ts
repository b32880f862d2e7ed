/** Hashes as other systems made them, each with its password and where it was published. */

export interface PublishedHash {
  from: string
  /** What `hashFunction` calls it. */
  made: string
  password: string
  hash: string
}

const b64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64').replaceAll('=', '')
const FIREBASE_SIGNER_KEY = 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='
const firebase = (salt: string, hash: string) =>
  `$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=${FIREBASE_SIGNER_KEY}$${salt}$${hash}`

export const publishedHashes: readonly PublishedHash[] = [
  ...[
    // The test cases of crypt_blowfish (Openwall), under each of the three names.
    ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['U*U*U', '$2y$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
    [
      '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored',
      '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui',
    ],
    // Made by crypt(3) of libxcrypt.
    ['pässwörd 密码', '$2y$05$abcdefghijklmnopqrstuuhrYj9/oy3wwgmYhM6oEkizT9F9jSjx2'],
  ].map(([password = '', hash = '']) => ({ from: 'bcrypt', made: 'bcrypt', password, hash })),
  {
    // Made by Python's hashlib and libxcrypt: bcrypt of the hex of SHA-256.
    from: 'Django, bcrypt_sha256',
    made: 'bcrypt',
    password: 'lètmein',
    hash: 'bcrypt_sha256$$2y$05$abcdefghijklmnopqrstuuaQz6CVhbgRiZmnmiNLc9bv5cauhFkti',
  },
  {
    from: 'RFC 7914 §12, third vector',
    made: 'scrypt',
    password: 'password',
    hash: `$scrypt$ln=10,r=8,p=16$${b64('4e61436c')}$${b64('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640')}`,
  },
  {
    from: 'RFC 7914 §12, fourth vector',
    made: 'scrypt',
    password: 'pleaseletmein',
    hash: `$scrypt$ln=14,r=8,p=1$${b64('536f6469756d43686c6f72696465')}$${b64('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887')}`,
  },
  {
    // The algorithm of better-auth src/crypto/password.ts, computed by Python's hashlib.
    from: 'better-auth',
    made: 'scrypt',
    password: 'correct horse battery staple',
    hash: '1c50892c354da5b23ec3b5007649bc6e:319b7d216390925e0c2ac01444aa826b288e51e4471850e507d1d6ed7908aa8e56787428fc1f36441d410af365fae10c7ee91af763448255cf393b2b2b6bae78',
  },
  {
    from: 'better-auth, of a password that NFKC changes',
    made: 'scrypt',
    password: 'ﬁancé Ⅷ №5',
    hash: '1c50892c354da5b23ec3b5007649bc6e:5d3e2ffd543188309c5ba5fd75ccbff492876faecd27e4630f19fac539cb7e2aefa5c19b7867d359fd2407f24463097c608f3b0d604e0c0c079b65a1a818d4a8',
  },
  {
    from: 'Firebase, the example of github.com/firebase/scrypt',
    made: 'firebase-scrypt',
    password: 'user1password',
    hash: firebase(
      '42xEC+ixf3L2lw==',
      'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
    ),
  },
  {
    from: 'Firebase, of the tests of its Admin SDK',
    made: 'firebase-scrypt',
    password: 'password',
    hash: firebase(
      'TmFDbA==',
      'V358E8LdWJXAO7muq0CufVpEOXaj8aFiC7T/rcaGieN04q/ZPJ08WhJEHGjj9lz/2TT+/86N5VjVoc5DdBhBiw==',
    ),
  },
  {
    from: 'Firebase, of the tests of Supabase',
    made: 'firebase-scrypt',
    password: 'mytestpassword',
    hash: '$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw==',
  },
  ...[
    // django/tests/auth_tests/test_hashers.py
    ['pbkdf2-sha256', 'pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c='],
    ['pbkdf2-sha256', 'pbkdf2_sha256$390000$seasalt2$geC/uZ92nRXDSjSxeoiBqYyRcrLzMm8xK3ro1QS1uo8='],
    ['pbkdf2-sha1', 'pbkdf2_sha1$390000$seasalt2$aDapRanzW8aHTz97v2TcfHzWD+I='],
    [
      'scrypt',
      'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
    ],
    // No hasher of Django's own, but many have written it; computed by Python's hashlib.
    [
      'pbkdf2-sha512',
      'pbkdf2_sha512$1000$seasalt2$2vloCDKLWoVpw/us5ql8RvhWxVBCliGZdisWJcceHD0tteOqsfZWK9ahddjUrZKhv64BeqfOrlnaRVz4iDQl6w==',
    ],
  ].map(([made = '', hash = '']) => ({ from: 'Django', made, password: 'lètmein', hash })),
  {
    from: 'Django, argon2',
    made: 'argon2i',
    password: 'secret',
    hash: 'argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q',
  },
  {
    from: 'Django, argon2',
    made: 'argon2id',
    password: 'secret',
    hash: 'argon2$argon2id$v=19$m=102400,t=2,p=8$Y041dExhNkljRUUy$TMa6A8fPJhCAUXRhJXCXdw',
  },
  ...[
    // phc-winner-argon2, src/test.c
    ['argon2i', '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA'],
    ['argon2id', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
  ].map(([made = '', hash = '']) => ({
    from: 'the reference implementation of argon2',
    made,
    password: 'password',
    hash,
  })),
  {
    from: 'RFC 6070, third vector',
    made: 'pbkdf2-sha1',
    password: 'password',
    hash: `$pbkdf2$i=4096$${b64('73616c74')}$${b64('4b007901b765489abead49d926f721d065a429c1')}`,
  },
  {
    // pbkdf2-sha512 with 64 bytes is what Keycloak makes; computed by Python's hashlib.
    from: 'Keycloak',
    made: 'pbkdf2-sha512',
    password: 'lovely keycloak',
    hash: '$pbkdf2-sha512$i=210000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$M6uImp2P/yQb8oNDqDehoTB/ahOwMQSs7EZuzYWYV6wvEfLg5rAWpwxt9eJIBxeAhszXwzkzcN4+6+zWDNegdw',
  },
  {
    from: 'passlib, with its own alphabet; computed by Python’s hashlib',
    made: 'pbkdf2-sha256',
    password: 'password',
    hash: '$pbkdf2-sha256$29000$.//.IHNhbHQ$s1ZvNu5YzPboHDAOrvbxvkcNOj09Zcv94SDXaPia6bo',
  },
  ...[
    // dotnet/aspnetcore, src/Identity/test/Identity.Test/PasswordHasherTest.cs
    ['pbkdf2-sha1', 'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg=='],
    ['pbkdf2-sha1', 'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M'],
    [
      'pbkdf2-sha256',
      'AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=',
    ],
    ['pbkdf2-sha512', 'AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw'],
    [
      'pbkdf2-sha512',
      'AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==',
    ],
    ['pbkdf2-sha512', 'AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/Q8A0WMKbtHQJQ2DHCdoEeeFBrgNlldq6vH4qX/CGqGQ=='],
  ].map(([made = '', hash = '']) => ({ from: 'ASP.NET Identity', made, password: 'my password', hash })),
]

/** Hashes that cost more than we are willing to pay, or mean nothing, and what the refusal must name. */
export const refusedHashes: readonly { what: string; hash: string; names: RegExp }[] = [
  { what: '4 GiB of argon2', hash: argon2('m=4194304,t=1,p=1'), names: /262144 KiB/ },
  { what: 'argon2 memory beyond all numbers', hash: argon2('m=9999999999,t=1,p=1'), names: /262144 KiB/ },
  { what: 'a thousand passes of argon2', hash: argon2('m=64,t=1000,p=1'), names: /16 passes/ },
  { what: 'argon2 of much memory and many passes', hash: argon2('m=262144,t=5,p=1'), names: /memory times passes/ },
  { what: 'argon2 on many lanes', hash: argon2('m=65536,t=1,p=9'), names: /8 lanes/ },
  { what: 'argon2 on no lanes', hash: argon2('m=65536,t=1,p=0'), names: /p=0/ },
  { what: 'argon2 of no passes', hash: argon2('m=65536,t=0,p=1'), names: /t=0/ },
  { what: 'argon2 of no memory', hash: argon2('m=7,t=1,p=1'), names: /8 KiB/ },
  {
    what: 'argon2 1.0',
    hash: 'argon2$argon2i$m=8,t=1,p=1$c29tZXNhbHQ$gwQOXSNhxiOxPOA0+PY10P9QFO4NAYysnqRt1GSQLE55m+2GYDt9FEjPMHhP2Cuf0nOEXXMocVrsJAtNSsKyfg',
    names: /v=19/,
  },
  { what: 'argon2 without a salt', hash: '$argon2id$v=19$m=64,t=1,p=1$$RdescudvJCsgt3ub+b6Bag', names: /salt/ },
  { what: 'argon2 without a hash', hash: '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$', names: /hash/ },
  {
    what: 'argon2 with a key',
    hash: '$argon2id$v=19$m=64,t=1,p=1,keyid=A$c29tZXNhbHQ$RdescudvJCsgt3ub',
    names: /complete argon2/,
  },
  { what: 'bcrypt of cost 16', hash: `$2b$16$${'.'.repeat(53)}`, names: /4 to 15/ },
  { what: 'bcrypt of cost 31', hash: `$2b$31$${'.'.repeat(53)}`, names: /4 to 15/ },
  { what: 'bcrypt of cost 3', hash: `$2b$03$${'.'.repeat(53)}`, names: /4 to 15/ },
  { what: 'bcrypt of the broken kind', hash: `$2x$05$${'.'.repeat(53)}`, names: /\$2x\$/ },
  { what: 'bcrypt cut short', hash: `$2b$05$${'.'.repeat(52)}`, names: /53 characters/ },
  { what: 'bcrypt with stray bits', hash: `$2b$05$${'.'.repeat(52)}/`, names: /53 characters/ },
  { what: 'scrypt of 1 GiB', hash: `$scrypt$ln=20,r=8,p=1$c2FsdA$${'A'.repeat(43)}`, names: /256 MiB/ },
  { what: 'scrypt of ln=99', hash: `$scrypt$ln=99,r=999999,p=999999$c2FsdA$${'A'.repeat(43)}`, names: /256 MiB/ },
  { what: 'scrypt of large r', hash: `scrypt$2$salt$999999$16$${'A'.repeat(43)}=`, names: /memory times p/ },
  { what: 'scrypt of large p', hash: `$scrypt$ln=4,r=1,p=17$c2FsdA$${'A'.repeat(43)}`, names: /p above 16/ },
  {
    what: 'scrypt of much memory many times',
    hash: `$scrypt$ln=17,r=8,p=5$c2FsdA$${'A'.repeat(43)}`,
    names: /512 MiB/,
  },
  { what: 'scrypt of N=1', hash: `$scrypt$ln=0,r=8,p=1$c2FsdA$${'A'.repeat(43)}`, names: /power of two/ },
  { what: 'scrypt of N=1000', hash: `scrypt$1000$salt$8$1$${'A'.repeat(43)}=`, names: /power of two/ },
  { what: 'scrypt of r=0', hash: `$scrypt$ln=4,r=0,p=1$c2FsdA$${'A'.repeat(43)}`, names: /r or p of 0/ },
  { what: 'scrypt of a short key', hash: '$scrypt$ln=4,r=8,p=1$c2FsdA$AAAA', names: /16 to 128 bytes/ },
  { what: 'scrypt of a short salt', hash: `$scrypt$ln=4,r=8,p=1$c2Fs$${'A'.repeat(43)}`, names: /4 to 256 bytes/ },
  {
    what: 'Firebase of 256 MiB and more',
    hash: `$fbscrypt$v=1,n=19,r=8,p=1,ss=Bw==,sk=${FIREBASE_SIGNER_KEY}$TmFDbA==$${FIREBASE_SIGNER_KEY}`,
    names: /256 MiB/,
  },
  {
    what: 'Firebase with the key of another project',
    hash: `$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=AAAAAAAAAAAAAAAAAAAAAA==$TmFDbA==$${FIREBASE_SIGNER_KEY}`,
    names: /signer key/,
  },
  {
    what: 'Firebase of another version',
    hash: `$fbscrypt$v=2,n=14,r=8,p=1,ss=Bw==,sk=${FIREBASE_SIGNER_KEY}$TmFDbA==$${FIREBASE_SIGNER_KEY}`,
    names: /complete Firebase/,
  },
  {
    what: 'PBKDF2 of more than ten million',
    hash: `pbkdf2_sha256$10000001$salt$${'A'.repeat(43)}=`,
    names: /10000000/,
  },
  { what: 'PBKDF2 of ten million, twice', hash: `pbkdf2_sha256$10000000$salt$${'A'.repeat(86)}==`, names: /10000000/ },
  { what: 'PBKDF2 of none', hash: `pbkdf2_sha256$0$salt$${'A'.repeat(43)}=`, names: /no PBKDF2 iterations/ },
  { what: 'PBKDF2 of MD5', hash: `pbkdf2_md5$1000$salt$${'A'.repeat(43)}=`, names: /complete PBKDF2/ },
  { what: 'ASP.NET of 4,294,967,295 iterations', hash: aspNet(1, 0xffffffff, 16), names: /10000000/ },
  { what: 'ASP.NET of no iterations', hash: aspNet(1, 0, 16), names: /no PBKDF2 iterations/ },
  { what: 'ASP.NET with a salt longer than itself', hash: aspNet(1, 1000, 0xffffffff), names: /16 to 128 bytes/ },
  { what: 'ASP.NET without a salt', hash: aspNet(1, 1000, 0), names: /4 to 256 bytes/ },
  { what: 'ASP.NET of an unknown digest', hash: aspNet(3, 1000, 16), names: /digest/ },
  { what: 'ASP.NET 2 cut short', hash: 'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggE=', names: /ASP\.NET/ },
  { what: 'a plain MD5', hash: '5f4dcc3b5aa765d61d8327deb882cf99', names: /unknown form/ },
  { what: 'a plain password', hash: 'hunter2', names: /unknown form/ },
  { what: 'Django’s mark of no password', hash: '!zxcvbnmasdfghjklqwertyuiop', names: /unknown form/ },
  { what: 'nothing', hash: '', names: /unknown form/ },
  { what: 'a kilobyte and more', hash: `$2b$05$${'.'.repeat(1020)}`, names: /1024 characters/ },
]

function argon2(parameters: string): string {
  return `$argon2id$v=19$${parameters}$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b6Ba5yEnqLkuBmjYoyZQhAUQDU`
}

function aspNet(digest: number, iterations: number, saltBytes: number): string {
  const bytes = new DataView(new ArrayBuffer(61))
  bytes.setUint8(0, 1)
  for (const [index, value] of [digest, iterations, saltBytes].entries()) bytes.setUint32(1 + 4 * index, value)
  return Buffer.from(bytes.buffer).toString('base64')
}
